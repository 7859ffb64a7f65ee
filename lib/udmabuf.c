// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "udmabuf"
#include <barrage/udmabuf.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEVICE "/dev/udmabuf"

int brg_udmabuf_memfd(uint64_t bytes, int *memfdp)
{
	int fd = memfd_create("udmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int ret;

	if (fd < 0)
		return brg_fail(-errno, "memfd_create: %s", strerror(errno));
	if (!ftruncate(fd, (off_t)bytes) &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK)) {
		*memfdp = fd;
		return 0;
	}
	ret = brg_fail(-errno, "a memfd of %llu bytes: %s",
		       (unsigned long long)bytes, strerror(errno));
	close(fd);
	return ret;
}

static int open_device(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		return brg_fail(-EOPNOTSUPP,
				DEVICE ": %s: the kernel needs CONFIG_UDMABUF "
				       "(modprobe udmabuf, if it is a module)",
				strerror(errno));
	return brg_fail(-errno, DEVICE ": %s%s", strerror(errno),
			errno == EACCES ? ": root is needed" : "");
}

static struct udmabuf_create_list *
make_list(int memfd, const struct brg_dmabuf_range *ranges, size_t nr)
{
	struct udmabuf_create_list *list;
	size_t i;

	list = calloc(1, sizeof(*list) + nr * sizeof(list->list[0]));
	if (!list)
		return NULL;
	list->flags = UDMABUF_FLAGS_CLOEXEC;
	list->count = (uint32_t)nr;
	for (i = 0; i < nr; i++) {
		list->list[i].memfd = (uint32_t)memfd;
		list->list[i].offset = ranges[i].offset;
		list->list[i].size = ranges[i].length;
	}
	return list;
}

/* more than there can be where it is not known */
static uint64_t parameter(const char *name)
{
	uint64_t value;

	return brg_sysfs_read_u64(&value, "module/udmabuf/parameters/%s",
				  name) ?
		       UINT32_MAX :
		       value;
}

/* EINVAL is for ranges, and for two limits of the module */
static int explain_einval(const struct brg_dmabuf_range *ranges, size_t nr)
{
	const uint64_t most = parameter("list_limit");
	const uint64_t most_mb = parameter("size_limit_mb");
	uint64_t bytes = 0;

	for (size_t i = 0; i < nr; i++)
		bytes += ranges[i].length;
	if (nr > most)
		return brg_fail(-EINVAL,
				"cannot make a dma-buf of a memfd: %zu ranges, "
				"and udmabuf takes %llu: raise its parameter "
				"list_limit",
				nr, (unsigned long long)most);
	if (bytes > most_mb << 20)
		return brg_fail(-EINVAL,
				"cannot make a dma-buf of a memfd: %llu bytes, "
				"and udmabuf takes %llu MiB: raise its "
				"parameter size_limit_mb",
				(unsigned long long)bytes,
				(unsigned long long)most_mb);
	return brg_fail(-EINVAL, "cannot make a dma-buf of a memfd: ranges "
				 "must be whole pages, within the file");
}

int brg_udmabuf_create(int memfd, const struct brg_dmabuf_range *ranges,
		       size_t nr, int *fdp)
{
	struct udmabuf_create_list *list;
	int device, ret;

	if (!nr || nr > BRG_UDMABUF_MAX_RANGES)
		return brg_fail(-EINVAL,
				"a udmabuf of %zu ranges: from 1 to %d are "
				"possible",
				nr, BRG_UDMABUF_MAX_RANGES);
	device = open_device();
	if (device < 0)
		return device;
	list = make_list(memfd, ranges, nr);
	ret = list ? ioctl(device, UDMABUF_CREATE_LIST, list) : -1;
	if (ret >= 0) {
		*fdp = ret;
		ret = 0;
	} else {
		ret = list ? -errno : -ENOMEM;
		if (ret == -EINVAL)
			explain_einval(ranges, nr);
		else
			brg_fail(ret, "cannot make a dma-buf of a memfd: %s",
				 strerror(-ret));
	}
	free(list);
	close(device);
	return ret;
}
