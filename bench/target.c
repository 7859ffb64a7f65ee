// SPDX-License-Identifier: GPL-2.0-only
#include "target.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <barrage/log.h>
#include <barrage/quirk.h>

#define VFIO_DRIVER "vfio-pci"

const struct brg_mem_ops target_mem_bar = { .name = "bar" };
const struct brg_mem_ops target_mem_dmabuf = { .name = "dmabuf" };
const struct brg_mem_ops target_mem_dmabuf_pages = { .name = "dmabuf-pages" };

/* a device that is free, or has the driver already; another one if asked for */
static int bind_free(struct target *target, bool take)
{
	const struct brg_pci *pci = &target->pci;

	if (!take && *pci->driver && strcmp(pci->driver, VFIO_DRIVER))
		return brg_fail(
			-EBUSY,
			"%s: %s has it: unbind it first (echo %s > /sys/bus/pci/drivers/%s/unbind), or allow that with --take",
			pci->bdf, pci->driver, pci->bdf, pci->driver);
	return brg_pci_bind(pci->bdf, VFIO_DRIVER, &target->binding);
}

int target_open(const struct bench_options *options, struct target *target)
{
	int ret;

	*target = (struct target){
		.bar = options->bar,
		.vfio = { .fd = -1, .iommufd.fd = -1 },
	};
	ret = brg_pci_read(options->device, &target->pci);
	if (!ret)
		ret = brg_pci_check_bar(&target->pci, target->bar);
	if (!ret)
		ret = bind_free(target, options->take);
	if (!ret)
		ret = brg_vfio_open(target->pci.bdf, &target->vfio);
	if (!ret)
		ret = brg_quirk_prepare(&target->vfio, &target->pci,
					target->bar);
	if (ret) {
		char reason[512];

		/* why is what the caller reads, not how the undo did */
		strncpy(reason, brg_last_error(), sizeof(reason) - 1);
		reason[sizeof(reason) - 1] = '\0';
		target_close(target);
		return brg_fail(ret, "%s", reason);
	}
	return 0;
}

int target_close(struct target *target)
{
	brg_vfio_close(&target->vfio);
	return brg_pci_restore(&target->binding);
}

uint64_t target_bar_bytes(const struct target *target)
{
	return target->pci.bars[target->bar].size_bytes;
}

double target_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}
