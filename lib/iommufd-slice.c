// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* Mapping files, dma-bufs among them: each refusal has its own line. */
#define BRG_LOG_PREFIX "iommufd"
#include <barrage/iommufd.h>
#include <barrage/log.h>

#include <errno.h>
#include <linux/iommufd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dmabuf-fd.h"

static bool is_aligned(uint64_t bytes)
{
	return !(bytes % (uint64_t)sysconf(_SC_PAGESIZE));
}

/* of a file that has a size: dma-bufs and memfds */
static bool size_of(int fd, uint64_t *bytes)
{
	struct stat st;

	if (fstat(fd, &st) || (!S_ISREG(st.st_mode) && brg_dmabuf_check(fd)))
		return false;
	*bytes = (uint64_t)st.st_size;
	return true;
}

/* EINVAL has many reasons: those that can be seen from here, one by one */
static const char *explain_einval(const struct brg_iommufd_slice *slice)
{
	uint64_t size;

	if (!slice->length_bytes)
		return "a length of 0 maps nothing";
	if (!is_aligned(slice->length_bytes) || !is_aligned(slice->start_bytes))
		return "start and length have to be whole pages";
	if (slice->fixed && !is_aligned(slice->iova))
		return "the address has to be page aligned";
	if (size_of(slice->fd, &size) &&
	    (slice->start_bytes > size ||
	     slice->length_bytes > size - slice->start_bytes))
		return "it reaches beyond the end of the file";
	if (!brg_dmabuf_check(slice->fd) && slice->fixed)
		return "the address is reserved, for interrupts for example";
	return "it is neither a dma-buf nor a memfd, or the address is reserved";
}

static const char *explain(const struct brg_iommufd_slice *slice, int err)
{
	switch (err) {
	case -EBADF:
		return "it is not open, or was opened with O_PATH";
	case -EINVAL:
		return explain_einval(slice);
	case -EOVERFLOW:
		return "start and length, or the address, exceed 64 bits";
	case -EEXIST:
		return "the addresses are taken: unmap what is there, also "
		       "where it was revoked";
	case -ENOENT:
		return "there is no such address space";
	case -ENOSPC:
		return "the address space has no such room left";
	case -EOPNOTSUPP:
		return "iommufd takes dma-bufs of vfio-pci only, of one range "
		       "each";
	case -ENODEV:
		return "the dma-buf is revoked: turn the device's memory on, "
		       "or, if the device was closed, export another";
	default:
		return strerror(-err);
	}
}

int brg_iommufd_ioas_map_slice(const struct brg_iommufd *iommufd,
			       uint32_t ioas_id,
			       struct brg_iommufd_slice *slice)
{
	struct iommu_ioas_map_file map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_READABLE,
		.ioas_id = ioas_id,
		.fd = slice->fd,
		.start = slice->start_bytes,
		.length = slice->length_bytes,
	};
	int ret;

	if (!slice->read_only)
		map.flags |= IOMMU_IOAS_MAP_WRITEABLE;
	if (slice->fixed) {
		map.flags |= IOMMU_IOAS_MAP_FIXED_IOVA;
		map.iova = slice->iova;
	}
	if (!ioctl(iommufd->fd, IOMMU_IOAS_MAP_FILE, &map)) {
		slice->iova = map.iova;
		return 0;
	}
	ret = -errno;
	return brg_fail(ret, "/dev/iommu: cannot map file %d for DMA: %s",
			slice->fd, explain(slice, ret));
}

int brg_iommufd_ioas_map_file(const struct brg_iommufd *iommufd,
			      uint32_t ioas_id, int fd, size_t len,
			      uint64_t *iova)
{
	struct brg_iommufd_slice slice = { .fd = fd, .length_bytes = len };
	int ret;

	ret = brg_iommufd_ioas_map_slice(iommufd, ioas_id, &slice);
	if (!ret)
		*iova = slice.iova;
	return ret;
}
