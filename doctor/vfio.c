// SPDX-License-Identifier: GPL-2.0-only
/* What this kernel's vfio-pci can do: asked of the device that was named. */
#include "doctor.h"

#include <errno.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/dmabuf.h>
#include <barrage/log.h>

#define ADVICE_DEVICE                                                          \
	"name a provider that may be reset: barrage-doctor --device BDF"
#define ADVICE_KERNEL "boot the patched kernel: make kernel-deb"

static const struct feature {
	const char *name;
	uint32_t flags;
	const char *gives;
	const char *advice;
} features[] = {
	{ "dma-buf", VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF,
	  "BARs as dma-bufs, for importers",
	  "a kernel with CONFIG_VFIO_PCI_DMABUF" },
	{ "dma-buf-revoke",
	  VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE,
	  "dma-bufs that are taken back for good", ADVICE_KERNEL },
	{ "dma-buf-memattr",
	  VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_BUF_MEMATTR,
	  "dma-bufs mapped write-combining", ADVICE_KERNEL },
	{ "p2p-register",
	  VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_P2P_REGISTER,
	  "BARs as P2P memory with struct pages", ADVICE_KERNEL },
};

static void probe(struct doctor *doctor, const struct feature *feature)
{
	int ret = brg_vfio_feature(&doctor->vfio,
				   feature->flags | VFIO_DEVICE_FEATURE_PROBE,
				   NULL, 0);

	if (ret >= 0)
		doctor_add(doctor, "vfio", feature->name, DOCTOR_OK, "trial",
			   NULL, "%s", feature->gives);
	else
		doctor_add(doctor, "vfio", feature->name, DOCTOR_MISSING,
			   "trial", feature->advice,
			   "this kernel lacks it: %s (%s)", feature->gives,
			   strerror(-ret));
}

/* a dma-buf that importers can be tried with, and whether the CPU may map it */
static void try_dmabuf(struct doctor *doctor)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *addr;
	int ret;

	ret = brg_dmabuf_export(&doctor->vfio, doctor->bar, 0, page,
				&doctor->dmabuf);
	if (ret) {
		doctor_add(doctor, "vfio", "export", DOCTOR_MISSING, "trial",
			   NULL, "%s", brg_last_error());
		return;
	}
	doctor_add(doctor, "vfio", "export", DOCTOR_OK, "trial", NULL,
		   "%s BAR%u is exported as a dma-buf", doctor->device,
		   doctor->bar);
	ret = brg_dmabuf_map(doctor->dmabuf, page, &addr);
	if (ret)
		doctor_add(doctor, "vfio", "dma-buf-mmap", DOCTOR_MISSING,
			   "trial", ADVICE_KERNEL, "%s", brg_last_error());
	else
		doctor_add(doctor, "vfio", "dma-buf-mmap", DOCTOR_OK, "trial",
			   NULL, "programs can map such dma-bufs");
	if (!ret)
		munmap(addr, page);
}

void doctor_vfio(struct doctor *doctor)
{
	struct brg_pci pci;
	int ret;

	if (!*doctor->device) {
		doctor_add(doctor, "vfio", "features", DOCTOR_UNKNOWN, "kernel",
			   ADVICE_DEVICE,
			   "what vfio-pci can do, only an open device tells");
		return;
	}
	ret = brg_pci_read(doctor->device, &pci);
	if (!ret && *pci.driver && strcmp(pci.driver, "vfio-pci"))
		ret = brg_fail(-EBUSY,
			       "%s: %s has it, and is not asked to give it up",
			       pci.bdf, pci.driver);
	if (!ret)
		ret = brg_pci_check_bar(&pci, doctor->bar);
	if (!ret)
		ret = brg_pci_bind(doctor->device, "vfio-pci",
				   &doctor->binding);
	if (!ret)
		ret = brg_vfio_open(doctor->device, &doctor->vfio);
	if (ret) {
		doctor_add(doctor, "vfio", "open", DOCTOR_MISSING, "trial",
			   NULL, "%s", brg_last_error());
		return;
	}
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
		probe(doctor, &features[i]);
	try_dmabuf(doctor);
}

int doctor_vfio_end(struct doctor *doctor)
{
	if (doctor->dmabuf >= 0)
		close(doctor->dmabuf);
	doctor->dmabuf = -1;
	brg_vfio_close(&doctor->vfio);
	return brg_pci_restore(&doctor->binding);
}
