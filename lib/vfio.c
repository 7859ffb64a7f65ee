// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "vfio"
#include <barrage/vfio.h>
#include <barrage/log.h>

#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "size.h"

#define MAX_FEATURE_BYTES (64u << 10)

int brg_vfio_region(const struct brg_vfio *vfio, uint32_t index,
		    struct brg_vfio_region *region)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = index,
	};

	if (ioctl(vfio->fd, VFIO_DEVICE_GET_REGION_INFO, &info))
		return brg_fail(-errno, "%s: region %u: %s", vfio->bdf, index,
				strerror(errno));
	region->size_bytes = info.size;
	region->file_offset = info.offset;
	region->can_read = info.flags & VFIO_REGION_INFO_FLAG_READ;
	region->can_write = info.flags & VFIO_REGION_INFO_FLAG_WRITE;
	region->can_map = info.flags & VFIO_REGION_INFO_FLAG_MMAP;
	return 0;
}

static int explain_map(const struct brg_vfio *vfio, unsigned int bar, int err)
{
	if (err == -EBUSY)
		return brg_fail(
			err,
			"%s: BAR%u: cannot map it: it is registered for "
			"P2P: unregister it first",
			vfio->bdf, bar);
	return brg_fail(err, "%s: BAR%u: cannot map it: %s", vfio->bdf, bar,
			strerror(-err));
}

int brg_vfio_map(const struct brg_vfio *vfio, unsigned int bar, uint64_t offset,
		 size_t len, void **addrp)
{
	struct brg_vfio_region region;
	char has[BRG_SIZE_BYTES];
	void *addr;
	int ret;

	if (bar >= BRG_PCI_NR_BARS)
		return brg_fail(-EINVAL, "%s: BAR%u: there is no such BAR",
				vfio->bdf, bar);
	ret = brg_vfio_region(vfio, bar, &region);
	if (ret)
		return ret;
	if (!len || offset > region.size_bytes ||
	    len > region.size_bytes - offset)
		return brg_fail(
			-EINVAL,
			"%s: BAR%u has %s: cannot map %zu bytes at %#llx",
			vfio->bdf, bar, brg_size_text(region.size_bytes, has),
			len, (unsigned long long)offset);
	if (!region.can_map)
		return brg_fail(-EOPNOTSUPP, "%s: BAR%u: VFIO does not map it",
				vfio->bdf, bar);
	addr = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, vfio->fd,
		    (off_t)(region.file_offset + offset));
	if (addr == MAP_FAILED)
		return explain_map(vfio, bar, -errno);
	*addrp = addr;
	return 0;
}

int brg_vfio_read(const struct brg_vfio *vfio, uint32_t index, uint64_t offset,
		  void *buf, size_t len)
{
	struct brg_vfio_region region;
	ssize_t got;
	int ret;

	ret = brg_vfio_region(vfio, index, &region);
	if (ret)
		return ret;
	got = pread(vfio->fd, buf, len, (off_t)(region.file_offset + offset));
	if (got == (ssize_t)len)
		return 0;
	ret = got < 0 ? -errno : -EIO;
	return brg_fail(ret,
			"%s: region %u: cannot read %zu bytes at %#llx: %s",
			vfio->bdf, index, len, (unsigned long long)offset,
			strerror(-ret));
}

int brg_vfio_write(const struct brg_vfio *vfio, uint32_t index, uint64_t offset,
		   const void *buf, size_t len)
{
	struct brg_vfio_region region;
	ssize_t put;
	int ret;

	ret = brg_vfio_region(vfio, index, &region);
	if (ret)
		return ret;
	put = pwrite(vfio->fd, buf, len, (off_t)(region.file_offset + offset));
	if (put == (ssize_t)len)
		return 0;
	ret = put < 0 ? -errno : -EIO;
	return brg_fail(ret,
			"%s: region %u: cannot write %zu bytes at %#llx: %s",
			vfio->bdf, index, len, (unsigned long long)offset,
			strerror(-ret));
}

int brg_vfio_set_memory(const struct brg_vfio *vfio, bool on)
{
	uint16_t command;
	int ret;

	ret = brg_vfio_read(vfio, VFIO_PCI_CONFIG_REGION_INDEX, BRG_PCI_COMMAND,
			    &command, sizeof(command));
	if (ret)
		return ret;
	if (on)
		command |= BRG_PCI_COMMAND_MEMORY;
	else
		command &= (uint16_t)~BRG_PCI_COMMAND_MEMORY;
	return brg_vfio_write(vfio, VFIO_PCI_CONFIG_REGION_INDEX,
			      BRG_PCI_COMMAND, &command, sizeof(command));
}

int brg_vfio_memory_is_on(const struct brg_vfio *vfio)
{
	uint16_t command;
	int ret;

	ret = brg_vfio_read(vfio, VFIO_PCI_CONFIG_REGION_INDEX, BRG_PCI_COMMAND,
			    &command, sizeof(command));
	return ret ? ret : !!(command & BRG_PCI_COMMAND_MEMORY);
}

int brg_vfio_feature(const struct brg_vfio *vfio, uint32_t flags, void *data,
		     size_t len)
{
	struct vfio_device_feature *feature;
	int ret;

	if (len > MAX_FEATURE_BYTES)
		return -EINVAL;
	feature = calloc(1, sizeof(*feature) + len);
	if (!feature)
		return -ENOMEM;
	feature->argsz = (uint32_t)(sizeof(*feature) + len);
	feature->flags = flags;
	if (len)
		memcpy(feature->data, data, len);
	ret = ioctl(vfio->fd, VFIO_DEVICE_FEATURE, feature);
	if (ret < 0)
		ret = -errno;
	else if (len)
		memcpy(data, feature->data, len);
	free(feature);
	return ret;
}

int brg_vfio_reset(const struct brg_vfio *vfio)
{
	if (!ioctl(vfio->fd, VFIO_DEVICE_RESET))
		return 0;
	return brg_fail(-errno, "%s: cannot reset it: %s", vfio->bdf,
			strerror(errno));
}
