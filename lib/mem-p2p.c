// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* p2p-register: a BAR registered through VFIO, mapped from p2pmem/allocate */
#define BRG_LOG_PREFIX "p2p-register"
#include "mem-kinds.h"

#include <barrage/log.h>
#include <barrage/p2pmem.h>

#include <sys/mman.h>

#include "provider.h"

static int p2p_open(struct brg_mem *mem)
{
	const struct brg_mem_params *params = &mem->params;
	int ret;

	ret = brg_mem_set_bar(mem);
	if (!ret)
		ret = brg_provider_get(mem->bdf, params->bar,
				       BRG_PROVIDER_REGISTERED,
				       params->offset_bytes, params->reg_bytes,
				       &mem->provider);
	if (!ret)
		ret = brg_p2pmem_map(mem->bdf, mem->size, &mem->io);
	mem->dev = mem->io;
	return ret;
}

static void p2p_close(struct brg_mem *mem)
{
	if (mem->io)
		munmap(mem->io, mem->size);
	if (mem->provider)
		brg_provider_put(mem->provider, mem->params.bar);
}

const struct brg_mem_ops brg_mem_p2p_register = {
	.name = "p2p-register",
	.summary = "BAR registered through VFIO, mapped from p2pmem/allocate",
	.flags = BRG_MEM_NEEDS_BDF | BRG_MEM_CAN_ODIRECT | BRG_MEM_NEEDS_VFIO,
	.verdict = BRG_VERDICT_P2P,
	.open = p2p_open,
	.close = p2p_close,
};
