// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* cmb: the controller memory buffer of an NVMe that the kernel drives */
#define BRG_LOG_PREFIX "cmb"
#include "mem-kinds.h"

#include <barrage/log.h>
#include <barrage/p2pmem.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static int check_driver(const struct brg_pci *pci)
{
	if (!strcmp(pci->driver, "nvme"))
		return 0;
	return brg_fail(-EOPNOTSUPP,
			"%s: held by %s: a controller memory buffer is offered "
			"by an NVMe that the kernel's nvme driver holds",
			pci->bdf, *pci->driver ? pci->driver : "no driver");
}

/* The driver chose BAR and offset: the page frame tells which it was. */
static int find_bar(struct brg_mem *mem, const struct brg_pci *pci)
{
	const struct brg_pci_bar *bar;
	uint64_t phys;
	unsigned int i;
	int ret;

	ret = brg_proof_frames(mem->io, 1, &phys);
	if (ret)
		return ret;
	for (i = 0; i < BRG_PCI_NR_BARS; i++) {
		bar = &pci->bars[i];
		if (!bar->memory || phys < bar->start ||
		    phys - bar->start >= bar->size_bytes)
			continue;
		mem->params.bar = i;
		mem->bar.start = bar->start;
		mem->bar.end = bar->start + bar->size_bytes - 1;
		return 0;
	}
	return brg_fail(-EXDEV, "%s: p2pmem gave memory at %#llx, in no BAR",
			mem->bdf, (unsigned long long)phys);
}

static int cmb_open(struct brg_mem *mem)
{
	struct brg_pci pci;
	int ret;

	ret = brg_pci_read(mem->bdf, &pci);
	if (!ret)
		ret = check_driver(&pci);
	if (!ret)
		ret = brg_p2pmem_map(mem->bdf, mem->size, &mem->io);
	if (!ret)
		ret = find_bar(mem, &pci);
	mem->dev = mem->io;
	return ret;
}

static void cmb_close(struct brg_mem *mem)
{
	if (mem->io)
		munmap(mem->io, mem->size);
}

const struct brg_mem_ops brg_mem_cmb = {
	.name = "cmb",
	.summary = "controller memory buffer of a kernel-driven NVMe; the "
		   "driver chooses the BAR",
	.flags = BRG_MEM_NEEDS_BDF | BRG_MEM_CAN_ODIRECT,
	.verdict = BRG_VERDICT_P2P,
	.open = cmb_open,
	.close = cmb_close,
};
