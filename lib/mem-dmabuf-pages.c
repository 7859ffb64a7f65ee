// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/*
 * dmabuf-pages: a piece of a BAR as a dma-buf that brings struct pages. They
 * are mapped through the device: a dma-buf's own mapping never has any.
 */
#define BRG_LOG_PREFIX "dmabuf-pages"
#include "mem-kinds.h"

#include <barrage/dmabuf.h>

static int pages_open(struct brg_mem *mem)
{
	const struct brg_mem_params *params = &mem->params;
	int ret;

	ret = brg_mem_export(mem, BRG_PROVIDER_PAGED, BRG_DMABUF_PAGES_ALIGN,
			     BRG_DMABUF_PAGES);
	if (!ret)
		ret = brg_vfio_map(brg_provider_vfio(mem->provider),
				   params->bar, params->offset_bytes + mem->at,
				   mem->size, &mem->io);
	mem->dev = mem->io;
	return ret;
}

static int pages_prove(const struct brg_mem *mem, const uint64_t *phys,
		       struct brg_proof *proof)
{
	return brg_mem_prove_export(mem, phys);
}

const struct brg_mem_ops brg_mem_dmabuf_pages = {
	.name = "dmabuf-pages",
	.summary = "BAR exported as a dma-buf with struct pages, mapped "
		   "through VFIO; 2 MiB at a time",
	.flags = BRG_MEM_NEEDS_BDF | BRG_MEM_CAN_ODIRECT | BRG_MEM_NEEDS_VFIO |
		 BRG_MEM_HAS_DMABUF,
	.verdict = BRG_VERDICT_P2P,
	.open = pages_open,
	.close = brg_mem_unexport,
	.prove = pages_prove,
};
