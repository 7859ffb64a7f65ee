// SPDX-License-Identifier: GPL-2.0-only
#include "backing.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <barrage/dmabuf.h>
#include <barrage/log.h>
#include <barrage/p2p.h>
#include <barrage/p2pmem.h>

#define PAGE 4096u

/* as lib/mem-p2p.c has it, which has more to it than a name */
static const struct brg_mem_ops mem_p2p = { .name = "p2p-register" };

static int p2p_make(const struct target *target, uint64_t length, int *fdp)
{
	*fdp = -1;
	return brg_p2p_register(&target->vfio, target->bar, 0, length);
}

static int p2p_unmake(const struct target *target, int fd)
{
	return brg_p2p_unregister(&target->vfio, target->bar, 0);
}

static int p2p_map(const struct target *target, uint64_t length, void **addrp)
{
	return brg_p2pmem_map(target->pci.bdf, length, addrp);
}

static int pages_make(const struct target *target, uint64_t length, int *fdp)
{
	const struct brg_dmabuf_range range = { 0, length };

	return brg_dmabuf_export_ranges(&target->vfio, target->bar, &range, 1,
					BRG_DMABUF_PAGES, fdp);
}

static int pages_map(const struct target *target, uint64_t length, void **addrp)
{
	return brg_vfio_map(&target->vfio, target->bar, 0, length, addrp);
}

static int dmabuf_make(const struct target *target, uint64_t length, int *fdp)
{
	return brg_dmabuf_export(&target->vfio, target->bar, 0, length, fdp);
}

static int dmabuf_unmake(const struct target *target, int fd)
{
	close(fd);
	return 0;
}

const struct backing backings[] = {
	{ &mem_p2p, p2p_make, p2p_unmake, p2p_map },
	{ &target_mem_dmabuf_pages, pages_make, dmabuf_unmake, pages_map },
	{ &target_mem_dmabuf, dmabuf_make, dmabuf_unmake, NULL },
	{},
};

static int judge(const struct backing *backing, const struct target *target,
		 const uint64_t *phys, size_t nr, struct brg_proof *proof)
{
	const struct brg_pci_bar *bar = &target->pci.bars[target->bar];
	const struct brg_phys_range range = {
		.start = bar->start,
		.end = bar->start + bar->size_bytes - 1,
	};

	*proof = (struct brg_proof){ .expected = BRG_VERDICT_P2P };
	brg_proof_judge(phys, nr, &range, NULL, 0, proof);
	for (size_t i = 1; i < nr; i++) {
		if (phys[i] != phys[0] + i * PAGE)
			return brg_fail(-EXDEV, "%s: %s: not in one piece",
					target->pci.bdf, backing->mem->name);
	}
	if (proof->verdict == BRG_VERDICT_P2P)
		return 0;
	return brg_fail(
		-EXDEV,
		"%s: %s: the page frames are not where they should be: %s",
		target->pci.bdf, backing->mem->name, proof->text);
}

int backing_prove(const struct backing *backing, const struct target *target,
		  const void *addr, uint64_t length, struct brg_proof *proof,
		  uint64_t *first)
{
	const size_t nr = length / PAGE;
	uint64_t *phys = calloc(nr, sizeof(*phys));
	int ret;

	if (!phys)
		return brg_fail(-ENOMEM, "out of memory");
	ret = brg_proof_frames(addr, nr, phys);
	if (!ret)
		ret = judge(backing, target, phys, nr, proof);
	if (!ret && first)
		*first = phys[0] - target->pci.bars[target->bar].start;
	free(phys);
	return ret;
}
