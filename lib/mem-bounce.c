// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* bounce: I/O to host pages, and the CPU copies to or from the BAR */
#define BRG_LOG_PREFIX "bounce"
#include "mem-kinds.h"

#include <barrage/log.h>
#include <barrage/mmio.h>

#include <sys/mman.h>

#include "provider.h"

static int bounce_open(struct brg_mem *mem)
{
	const struct brg_mem_params *params = &mem->params;
	int ret;

	ret = brg_mem_set_bar(mem);
	if (!ret)
		ret = brg_provider_get(mem->bdf, params->bar,
				       BRG_PROVIDER_MAPPED,
				       params->offset_bytes, params->reg_bytes,
				       &mem->provider);
	if (!ret)
		ret = brg_provider_take(mem->provider, params->bar, mem->size,
					&mem->at);
	if (!ret) {
		mem->taken = true;
		mem->dev = brg_provider_at(mem->provider, params->bar, mem->at);
		ret = brg_mem_host_pages(mem->size, &mem->io);
	}
	return ret;
}

static void bounce_close(struct brg_mem *mem)
{
	if (mem->io)
		munmap(mem->io, mem->size);
	if (!mem->provider)
		return;
	if (mem->taken)
		brg_provider_give(mem->provider, mem->params.bar, mem->at);
	brg_provider_put(mem->provider, mem->params.bar);
}

static int bounce_before_write(struct brg_mem *mem, size_t off, size_t len)
{
	brg_mmio_load((uint8_t *)mem->io + off, (uint8_t *)mem->dev + off, len);
	return 0;
}

static int bounce_after_read(struct brg_mem *mem, size_t off, size_t len)
{
	brg_mmio_store((uint8_t *)mem->dev + off, (uint8_t *)mem->io + off,
		       len);
	return 0;
}

/* A bounce is two facts: the I/O goes to RAM, and the copy goes to the BAR. */
static int bounce_prove(const struct brg_mem *mem, const uint64_t *phys,
			struct brg_proof *proof)
{
	int ret = brg_provider_prove(mem->provider, mem->params.bar, mem->at,
				     mem->dev, mem->size);

	if (!ret && proof->verdict == BRG_VERDICT_HOST)
		proof->verdict = BRG_VERDICT_BOUNCE;
	return ret;
}

const struct brg_mem_ops brg_mem_bounce = {
	.name = "bounce",
	.summary = "I/O to host pages, then a copy to or from the BAR by the "
		   "CPU, 8 bytes at a time",
	.flags = BRG_MEM_NEEDS_BDF | BRG_MEM_CAN_ODIRECT | BRG_MEM_NEEDS_VFIO,
	.verdict = BRG_VERDICT_BOUNCE,
	.open = bounce_open,
	.close = bounce_close,
	.before_write = bounce_before_write,
	.after_read = bounce_after_read,
	.prove = bounce_prove,
};
