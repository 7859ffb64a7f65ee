// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "iommufd"
#include <barrage/iommufd.h>
#include <barrage/log.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICE "/dev/iommu"

int brg_iommufd_open(struct brg_iommufd *iommufd)
{
	int err;

	iommufd->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (iommufd->fd >= 0)
		return 0;
	err = -errno;
	if (err == -ENOENT || err == -ENODEV || err == -ENXIO)
		return brg_fail(-EOPNOTSUPP,
				DEVICE ": %s: modprobe iommufd, or build the "
				       "kernel with CONFIG_IOMMUFD",
				strerror(-err));
	return brg_fail(err, DEVICE ": %s%s", strerror(-err),
			err == -EACCES || err == -EPERM ? ": root is needed" :
							  "");
}

void brg_iommufd_close(struct brg_iommufd *iommufd)
{
	if (iommufd->fd >= 0)
		close(iommufd->fd);
	iommufd->fd = -1;
}

static int call(const struct brg_iommufd *iommufd, unsigned long request,
		void *arg, const char *what)
{
	if (!ioctl(iommufd->fd, request, arg))
		return 0;
	return brg_fail(-errno, DEVICE ": %s: %s", what, strerror(errno));
}

int brg_iommufd_ioas_alloc(const struct brg_iommufd *iommufd, uint32_t *ioas_id)
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	int ret;

	ret = call(iommufd, IOMMU_IOAS_ALLOC, &alloc,
		   "cannot make an address space");
	if (!ret)
		*ioas_id = alloc.out_ioas_id;
	return ret;
}

int brg_iommufd_ioas_map(const struct brg_iommufd *iommufd, uint32_t ioas_id,
			 void *addr, size_t len, uint64_t *iova)
{
	struct iommu_ioas_map map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = ioas_id,
		.user_va = (uintptr_t)addr,
		.length = len,
	};
	int ret;

	ret = call(iommufd, IOMMU_IOAS_MAP, &map, "cannot map memory");
	if (!ret)
		*iova = map.iova;
	return ret;
}

int brg_iommufd_ioas_unmap(const struct brg_iommufd *iommufd, uint32_t ioas_id,
			   uint64_t iova, size_t len)
{
	struct iommu_ioas_unmap unmap = {
		.size = sizeof(unmap),
		.ioas_id = ioas_id,
		.iova = iova,
		.length = len,
	};

	return call(iommufd, IOMMU_IOAS_UNMAP, &unmap, "cannot unmap memory");
}

int brg_iommufd_ioas_unmap_all(const struct brg_iommufd *iommufd,
			       uint32_t ioas_id, uint64_t *bytes)
{
	struct iommu_ioas_unmap unmap = {
		.size = sizeof(unmap),
		.ioas_id = ioas_id,
		.length = UINT64_MAX,
	};
	int ret;

	ret = call(iommufd, IOMMU_IOAS_UNMAP, &unmap,
		   "cannot unmap an address space");
	if (!ret && bytes)
		*bytes = unmap.length;
	return ret;
}

int brg_iommufd_ioas_copy(const struct brg_iommufd *iommufd, uint32_t from_id,
			  uint64_t from_iova, uint64_t len, uint32_t to_id,
			  uint64_t *iova)
{
	struct iommu_ioas_copy copy = {
		.size = sizeof(copy),
		.flags = IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
		.dst_ioas_id = to_id,
		.src_ioas_id = from_id,
		.length = len,
		.src_iova = from_iova,
	};
	int ret;

	ret = call(iommufd, IOMMU_IOAS_COPY, &copy, "cannot copy a mapping");
	if (!ret)
		*iova = copy.dst_iova;
	return ret;
}

int brg_iommufd_destroy(const struct brg_iommufd *iommufd, uint32_t id)
{
	struct iommu_destroy destroy = { .size = sizeof(destroy), .id = id };

	return call(iommufd, IOMMU_DESTROY, &destroy,
		    "cannot destroy an object");
}
