// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "dmabuf"
#include <barrage/dmabuf.h>
#include <barrage/log.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "size.h"

#define GET_DMA_BUF (VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF)
#define SET_REVOKE                                                             \
	(VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE)

/* What is wrong with a range; NULL where nothing is, for all that can be seen */
static const char *judge(const struct brg_dmabuf_range *range,
			 uint64_t bar_bytes, unsigned int flags)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (!range->length)
		return "has no length";
	if ((range->offset | range->length) % page)
		return "is not of whole pages";
	if (range->offset > bar_bytes ||
	    range->length > bar_bytes - range->offset)
		return "reaches beyond the end";
	if (flags & BRG_DMABUF_PAGES &&
	    (range->offset | range->length) % BRG_DMABUF_PAGES_ALIGN)
		return "is not of multiples of 2 MiB, as struct pages need";
	return NULL;
}

/* The first range that something is wrong with; its line, or 0 */
static int explain_range(const struct brg_vfio *vfio, unsigned int bar,
			 const struct brg_dmabuf_range *ranges, size_t nr,
			 unsigned int flags, int err)
{
	struct brg_vfio_region region;
	char size[BRG_SIZE_BYTES];
	const char *fault;
	size_t i;

	if (brg_vfio_region(vfio, bar, &region))
		return 0;
	for (i = 0; i < nr; i++) {
		fault = judge(&ranges[i], region.size_bytes, flags);
		if (fault)
			return brg_fail(
				err,
				"%s: BAR%u has %s: cannot export a dma-buf: "
				"range %zu, %#llx bytes at %#llx, %s",
				vfio->bdf, bar,
				brg_size_text(region.size_bytes, size), i,
				(unsigned long long)ranges[i].length,
				(unsigned long long)ranges[i].offset, fault);
	}
	return 0;
}

static bool overlap(const struct brg_dmabuf_range *a,
		    const struct brg_dmabuf_range *b)
{
	return a->offset < b->offset + b->length &&
	       b->offset < a->offset + a->length;
}

/* No page can have two structs; the ranges lie in the BAR */
static bool any_overlap(const struct brg_dmabuf_range *ranges, size_t nr)
{
	size_t i, k;

	for (i = 0; i < nr; i++)
		for (k = 0; k < i; k++)
			if (overlap(&ranges[i], &ranges[k]))
				return true;
	return false;
}

/*
 * A kernel that does not know the flag says EINVAL, as does one that does not
 * like the ranges. One that knows it has another feature of the same patches.
 */
static bool knows_pages(const struct brg_vfio *vfio)
{
	return brg_vfio_feature(vfio,
				VFIO_DEVICE_FEATURE_PROBE |
					VFIO_DEVICE_FEATURE_SET |
					VFIO_DEVICE_FEATURE_P2P_REGISTER,
				NULL, 0) >= 0;
}

static int explain_export(const struct brg_vfio *vfio, unsigned int bar,
			  unsigned int flags, int err)
{
	bool pages = flags & BRG_DMABUF_PAGES;
	const char *hint;

	switch (err) {
	case -EBUSY:
		hint = pages ? "it is registered for P2P, or another dma-buf "
			       "or its I/O has the pages: end that first" :
			       "it is registered for P2P: unregister it first";
		break;
	case -ENODEV:
		hint = "vfio-pci has not claimed such a BAR";
		break;
	case -ENOTTY:
	case -EOPNOTSUPP:
		hint = pages ? "this kernel, device or BAR cannot have struct "
			       "pages: boot one with the patches" :
			       "the kernel needs CONFIG_VFIO_PCI_DMABUF";
		break;
	case -EINVAL:
	case -EOVERFLOW:
		hint = "its ranges are too long together";
		break;
	default:
		hint = strerror(-err);
	}
	return brg_fail(err, "%s: BAR%u: cannot export a dma-buf%s: %s",
			vfio->bdf, bar, pages ? " with pages" : "", hint);
}

int brg_dmabuf_export_ranges(const struct brg_vfio *vfio, unsigned int bar,
			     const struct brg_dmabuf_range *ranges, size_t nr,
			     unsigned int flags, int *fdp)
{
	struct vfio_device_feature_dma_buf *get;
	size_t i, len;
	int ret;

	if (!nr || nr > BRG_DMABUF_MAX_RANGES)
		return brg_fail(-EINVAL,
				"%s: BAR%u: a dma-buf of %zu ranges: from 1 to "
				"%d are possible",
				vfio->bdf, bar, nr, BRG_DMABUF_MAX_RANGES);
	len = sizeof(*get) + nr * sizeof(get->dma_ranges[0]);
	get = calloc(1, len);
	if (!get)
		return brg_fail(-ENOMEM, "out of memory");
	get->region_index = bar;
	get->open_flags = O_RDWR | O_CLOEXEC;
	get->flags = flags & BRG_DMABUF_PAGES ?
			     VFIO_DMA_BUF_FLAG_ALLOC_STRUCT_PAGES :
			     0;
	get->nr_ranges = (uint32_t)nr;
	for (i = 0; i < nr; i++) {
		get->dma_ranges[i].offset = ranges[i].offset;
		get->dma_ranges[i].length = ranges[i].length;
	}
	ret = brg_vfio_feature(vfio, GET_DMA_BUF, get, len);
	free(get);
	if (ret >= 0) {
		*fdp = ret;
		return 0;
	}
	if ((ret == -EINVAL || ret == -EOVERFLOW) &&
	    explain_range(vfio, bar, ranges, nr, flags, ret))
		return ret;
	if (ret == -EINVAL && flags & BRG_DMABUF_PAGES) {
		if (any_overlap(ranges, nr))
			return brg_fail(ret,
					"%s: BAR%u: cannot export a dma-buf "
					"with pages: its ranges overlap",
					vfio->bdf, bar);
		if (!knows_pages(vfio))
			ret = -EOPNOTSUPP;
	}
	return explain_export(vfio, bar, flags, ret);
}

int brg_dmabuf_export(const struct brg_vfio *vfio, unsigned int bar,
		      uint64_t offset, uint64_t length, int *fdp)
{
	const struct brg_dmabuf_range range = { offset, length };

	return brg_dmabuf_export_ranges(vfio, bar, &range, 1, 0, fdp);
}

int brg_dmabuf_revoke(const struct brg_vfio *vfio, int fd)
{
	struct vfio_device_feature_dma_buf_revoke arg = { .dmabuf_fd = fd };
	const char *hint;
	int ret;

	ret = brg_vfio_feature(vfio, SET_REVOKE, &arg, sizeof(arg));
	if (ret >= 0)
		return 0;
	switch (ret) {
	case -EINVAL:
		hint = "it is not one that this device exported since it was "
		       "opened";
		break;
	case -EBADF:
		hint = "no dma-buf is open there";
		break;
	case -ENOTTY:
	case -EOPNOTSUPP:
		hint = "this kernel or device cannot: boot one with the "
		       "patches, or reset the device";
		break;
	default:
		hint = strerror(-ret);
	}
	return brg_fail(ret, "%s: cannot revoke the dma-buf %d: %s", vfio->bdf,
			fd, hint);
}

int brg_dmabuf_map(int fd, size_t len, void **addrp)
{
	void *addr = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct stat st;
	int ret;

	if (addr != MAP_FAILED) {
		*addrp = addr;
		return 0;
	}
	ret = -errno;
	if (ret == -EINVAL && !fstat(fd, &st) && len > (uint64_t)st.st_size)
		return brg_fail(ret,
				"cannot map the dma-buf %d, %zu bytes: it has "
				"%lld",
				fd, len, (long long)st.st_size);
	/* dma_buf_mmap_internal() says EINVAL where the exporter has none */
	if (ret == -EINVAL || ret == -EOPNOTSUPP)
		return brg_fail(-EOPNOTSUPP,
				"cannot map the dma-buf %d, %zu bytes: its "
				"exporter maps none in this kernel",
				fd, len);
	return brg_fail(ret, "cannot map the dma-buf %d: %s", fd,
			ret == -ENODEV ? "it is revoked for good" :
					 strerror(-ret));
}
