// SPDX-License-Identifier: GPL-2.0-only
#include "p2p.h"

#include "registration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

int p2p_register(const struct device *device, unsigned int bar, uint64_t offset,
		 uint64_t length, uint32_t timeout_ms)
{
	struct vfio_device_feature_p2p_register reg = {
		.region_index = bar,
		.offset = offset,
		.length = length,
		.timeout_ms = timeout_ms,
	};

	return registration(device, VFIO_DEVICE_FEATURE_SET, &reg);
}

/* It may be in force before the call has returned. */
void p2p_note_time(struct shared *shared, uint32_t timeout_ms)
{
	uint32_t least = atomic_load(&shared->least_ms);

	while ((!least || timeout_ms < least) &&
	       !atomic_compare_exchange_weak(&shared->least_ms, &least,
					     timeout_ms))
		;
}

int p2p_unregister(const struct device *device, unsigned int bar,
		   uint32_t timeout_ms)
{
	struct vfio_device_feature_p2p_register reg = {
		.region_index = bar,
		.flags = VFIO_P2P_REGISTER_FLAG_UNREGISTER,
		.timeout_ms = timeout_ms,
	};

	return registration(device, VFIO_DEVICE_FEATURE_SET, &reg);
}

int p2p_state(const struct device *device, unsigned int bar, uint64_t *length)
{
	struct vfio_device_feature_p2p_register reg = { .region_index = bar };
	int ret = registration(device, VFIO_DEVICE_FEATURE_GET, &reg);

	if (!ret && length)
		*length = reg.length;
	return ret ? ret : (int)reg.state;
}

int p2p_range(const struct device *device, unsigned int bar, uint64_t *offset,
	      uint64_t *length)
{
	struct vfio_device_feature_p2p_register reg = { .region_index = bar };
	int ret = registration(device, VFIO_DEVICE_FEATURE_GET, &reg);

	if (ret)
		return ret;
	if (!reg.length)
		return -ENOENT;
	*offset = reg.offset;
	*length = reg.length;
	return 0;
}

int p2p_read(const char *bdf, const char *file, uint64_t *value)
{
	char path[96];
	FILE *f;
	int nr;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/p2pmem/%s", bdf,
		 file);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	nr = fscanf(f, "%lu", value);
	fclose(f);
	/* between the two of them the file can go */
	return nr == 1 ? 0 : -ENODEV;
}

int p2p_open(const char *bdf)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/p2pmem/allocate",
		 bdf);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
