// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "mem"
#include <barrage/mem.h>
#include <barrage/log.h>
#include <barrage/mmio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keep.h"
#include "mem-kinds.h"
#include "size.h"

static const struct brg_mem_ops *const kinds[] = {
	&brg_mem_host,	       &brg_mem_bounce,
	&brg_mem_p2p_register, &brg_mem_dmabuf_pages,
	&brg_mem_dmabuf,       &brg_mem_udmabuf,
	&brg_mem_cmb,	       NULL,
};

const struct brg_mem_ops *const *brg_mem_kinds(void)
{
	return kinds;
}

const char *brg_mem_names(void)
{
	return "host, bounce, p2p-register, dmabuf-pages, dmabuf, udmabuf, cmb";
}

const struct brg_mem_ops *brg_mem_find(const char *name)
{
	size_t i;

	for (i = 0; name && kinds[i]; i++)
		if (!strcmp(kinds[i]->name, name))
			return kinds[i];
	brg_fail(-EINVAL, "unknown memory kind \"%s\": choose one of %s",
		 name ? name : "", brg_mem_names());
	return NULL;
}

static int check_params(const struct brg_mem_ops *ops,
			const struct brg_mem_params *params, size_t page)
{
	if (!params->size_bytes || params->size_bytes > SIZE_MAX - page)
		return brg_fail(-EINVAL, "%s: %zu bytes cannot be allocated",
				ops->name, params->size_bytes);
	if ((ops->flags & BRG_MEM_NEEDS_BDF) && !params->bdf)
		return brg_fail(-EINVAL,
				"%s: needs a provider: give the PCI address of "
				"the device whose BAR to use",
				ops->name);
	return 0;
}

int brg_mem_open(const struct brg_mem_ops *ops,
		 const struct brg_mem_params *params, struct brg_mem **memp)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct brg_kept kept;
	struct brg_mem *mem;
	int ret;

	ret = check_params(ops, params, page);
	if (ret)
		return ret;
	mem = calloc(1, sizeof(*mem));
	if (!mem)
		return brg_fail(-ENOMEM, "out of memory");
	mem->ops = ops;
	mem->params = *params;
	mem->params.bdf = NULL;
	mem->dmabuf = -1;
	mem->memfd = -1;
	mem->size = (params->size_bytes + page - 1) / page * page;
	if (params->bdf) {
		ret = brg_pci_parse_bdf(params->bdf, mem->bdf);
		mem->params.bdf = mem->bdf;
	}
	if (!ret)
		ret = ops->open(mem);
	if (!ret) {
		*memp = mem;
		return 0;
	}
	brg_keep_error(&kept);
	brg_mem_close(mem);
	brg_keep_restore(&kept);
	return ret;
}

void brg_mem_close(struct brg_mem *mem)
{
	if (!mem)
		return;
	mem->ops->close(mem);
	free(mem);
}

const struct brg_mem_ops *brg_mem_kind(const struct brg_mem *mem)
{
	return mem->ops;
}

void *brg_mem_io_addr(const struct brg_mem *mem)
{
	return mem->io;
}

void *brg_mem_dev_addr(const struct brg_mem *mem)
{
	return mem->dev;
}

size_t brg_mem_size(const struct brg_mem *mem)
{
	return mem->size;
}

void brg_mem_load(const struct brg_mem *mem, size_t off, void *dst, size_t len)
{
	brg_mmio_load(dst, (const uint8_t *)mem->dev + off, len);
}

void brg_mem_store(struct brg_mem *mem, size_t off, const void *src, size_t len)
{
	brg_mmio_store((uint8_t *)mem->dev + off, src, len);
}

int brg_mem_check_direct(const struct brg_mem_ops *ops)
{
	if (!ops->no_direct)
		return 0;
	return brg_fail(-EOPNOTSUPP, "%s: no direct I/O: %s", ops->name,
			ops->no_direct);
}

int brg_mem_dmabuf_fd(const struct brg_mem *mem)
{
	if (mem->dmabuf >= 0)
		return mem->dmabuf;
	return brg_fail(-EOPNOTSUPP,
			"%s: it has no dma-buf that could be imported",
			mem->ops->name);
}

const struct brg_vfio *brg_mem_vfio(const struct brg_mem *mem)
{
	return mem->provider ? brg_provider_vfio(mem->provider) : NULL;
}

static int check_range(const struct brg_mem *mem, size_t off, size_t len)
{
	if (off <= mem->size && len <= mem->size - off)
		return 0;
	return brg_fail(-EINVAL, "%s: %zu bytes at %zu are out of %zu",
			mem->ops->name, len, off, mem->size);
}

int brg_mem_before_write(struct brg_mem *mem, size_t off, size_t len)
{
	int ret = check_range(mem, off, len);

	if (ret || !mem->ops->before_write)
		return ret;
	return mem->ops->before_write(mem, off, len);
}

int brg_mem_after_read(struct brg_mem *mem, size_t off, size_t len)
{
	int ret = check_range(mem, off, len);

	if (ret || !mem->ops->after_read)
		return ret;
	return mem->ops->after_read(mem, off, len);
}

int brg_mem_set_bar(struct brg_mem *mem)
{
	const struct brg_mem_params *params = &mem->params;
	const struct brg_pci_bar *bar;
	char has[BRG_SIZE_BYTES];
	struct brg_pci pci;
	uint64_t length;
	int ret;

	ret = brg_pci_read(mem->bdf, &pci);
	if (!ret)
		ret = brg_pci_check_bar(&pci, params->bar);
	if (ret)
		return ret;
	bar = &pci.bars[params->bar];
	if (params->offset_bytes >= bar->size_bytes ||
	    params->reg_bytes > bar->size_bytes - params->offset_bytes)
		return brg_fail(-EINVAL,
				"%s: BAR%u has %s: offset %#llx, length %#llx "
				"is out of it",
				mem->bdf, params->bar,
				brg_size_text(bar->size_bytes, has),
				(unsigned long long)params->offset_bytes,
				(unsigned long long)params->reg_bytes);
	length = params->reg_bytes ? params->reg_bytes :
				     bar->size_bytes - params->offset_bytes;
	mem->bar.start = bar->start + params->offset_bytes;
	mem->bar.end = mem->bar.start + length - 1;
	return 0;
}
