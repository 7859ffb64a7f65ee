// SPDX-License-Identifier: GPL-2.0-only
#include "registration.h"

#include <errno.h>
#include <sys/ioctl.h>

int registration(const struct device *device, uint32_t flags,
		 struct vfio_device_feature_p2p_register *reg)
{
	struct {
		struct vfio_device_feature head;
		struct vfio_device_feature_p2p_register reg;
	} arg = {
		.head.argsz = sizeof(arg),
		.head.flags = flags | VFIO_DEVICE_FEATURE_P2P_REGISTER,
		.reg = *reg,
	};
	int ret = ioctl(device->vfio, VFIO_DEVICE_FEATURE, &arg) ? -errno : 0;

	*reg = arg.reg;
	return ret;
}

static int undo(struct device *device, unsigned int bar)
{
	struct vfio_device_feature_p2p_register reg = {
		.region_index = bar,
		.flags = VFIO_P2P_REGISTER_FLAG_UNREGISTER,
		.timeout_ms = REGISTRATION_UNDO_S * 1000,
	};
	int ret = registration(device, VFIO_DEVICE_FEATURE_SET, &reg);

	return ret == -ENOENT ? 0 : ret;
}

int registration_undo(struct device *device)
{
	int ret = undo(device, device->bar), err = 0;

	if (device->other_bar != device->bar)
		err = undo(device, device->other_bar);
	return ret ? ret : err;
}
