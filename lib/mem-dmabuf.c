// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* dmabuf: a piece of a BAR as a dma-buf, which has no struct pages */
#define BRG_LOG_PREFIX "dmabuf"
#include "mem-kinds.h"

#include <barrage/dmabuf.h>

#include <unistd.h>

static int dmabuf_open(struct brg_mem *mem)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	int ret = brg_mem_export(mem, BRG_PROVIDER_EXPORTED, page, 0);

	if (!ret)
		ret = brg_dmabuf_map(mem->dmabuf, mem->size, &mem->io);
	mem->dev = mem->io;
	return ret;
}

/* Page frames are what importers get as well; the words are seen by the device. */
static int dmabuf_prove(const struct brg_mem *mem, const uint64_t *phys,
			struct brg_proof *proof)
{
	int ret = brg_mem_prove_export(mem, phys);

	return ret ? ret :
		     brg_provider_prove(mem->provider, mem->params.bar, mem->at,
					mem->dev, mem->size);
}

const struct brg_mem_ops brg_mem_dmabuf = {
	.name = "dmabuf",
	.summary = "BAR exported as a dma-buf through VFIO, without struct "
		   "pages: for importers and the CPU",
	.flags = BRG_MEM_NEEDS_BDF | BRG_MEM_NEEDS_VFIO | BRG_MEM_HAS_DMABUF,
	.verdict = BRG_VERDICT_P2P,
	.no_direct = "a plain dma-buf has no struct pages to pin (EFAULT): use "
		     "dmabuf-pages or p2p-register",
	.open = dmabuf_open,
	.close = brg_mem_unexport,
	.prove = dmabuf_prove,
};
