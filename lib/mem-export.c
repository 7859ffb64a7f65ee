// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* What the kinds that are dma-bufs of a BAR share: the export. */
#define BRG_LOG_PREFIX "mem"
#include "mem-kinds.h"

#include <barrage/dmabuf.h>
#include <barrage/log.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int brg_mem_export(struct brg_mem *mem, enum brg_provider_use use,
		   uint64_t align, unsigned int flags)
{
	const struct brg_mem_params *params = &mem->params;
	struct brg_dmabuf_range range;
	int ret;

	ret = brg_mem_set_bar(mem);
	if (ret)
		return ret;
	if (params->offset_bytes % align)
		return brg_fail(-EINVAL,
				"%s: BAR%u: %s wants an offset that is a "
				"multiple of %llu bytes",
				mem->bdf, params->bar, mem->ops->name,
				(unsigned long long)align);
	ret = brg_provider_get(mem->bdf, params->bar, use, params->offset_bytes,
			       params->reg_bytes, &mem->provider);
	if (ret)
		return ret;
	range.length = (mem->size + align - 1) / align * align;
	ret = brg_provider_take(mem->provider, params->bar, range.length,
				&mem->at);
	if (ret)
		return ret;
	mem->taken = true;
	range.offset = params->offset_bytes + mem->at;
	return brg_dmabuf_export_ranges(brg_provider_vfio(mem->provider),
					params->bar, &range, 1, flags,
					&mem->dmabuf);
}

void brg_mem_unexport(struct brg_mem *mem)
{
	if (mem->io)
		munmap(mem->io, mem->size);
	if (mem->dmabuf >= 0)
		close(mem->dmabuf);
	if (mem->taken)
		brg_provider_give(mem->provider, mem->params.bar, mem->at);
	if (mem->provider)
		brg_provider_put(mem->provider, mem->params.bar);
}

int brg_mem_prove_export(const struct brg_mem *mem, const uint64_t *phys)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t expected = mem->bar.start + mem->at;
	size_t i;

	for (i = 0; i < mem->size / page; i++, expected += page)
		if (phys[i] != expected)
			return brg_fail(-EXDEV,
					"%s: BAR%u: page %zu of the buffer is "
					"at %#llx, not at %#llx, which was "
					"exported",
					mem->bdf, mem->params.bar, i,
					(unsigned long long)phys[i],
					(unsigned long long)expected);
	return 0;
}
