// SPDX-License-Identifier: GPL-2.0-only
/* Every way to reset a device, or to take its memory off the bus. */
#include "reset.h"

#include <barrage/sysfs.h>

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <sys/ioctl.h>

static int vfio_reset(const struct guest *guest)
{
	return ioctl(guest->vfio.fd, VFIO_DEVICE_RESET) ? -errno : 0;
}

static int hot_reset(const struct guest *guest)
{
	struct vfio_pci_hot_reset reset = { .argsz = sizeof(reset) };

	return ioctl(guest->vfio.fd, VFIO_DEVICE_PCI_HOT_RESET, &reset) ?
		       -errno :
		       0;
}

static int memory_off(const struct guest *guest)
{
	return brg_vfio_set_memory(&guest->vfio, false);
}

static int memory_on(const struct guest *guest)
{
	return brg_vfio_set_memory(&guest->vfio, true);
}

/* the register at @offset of a capability, some bits of it */
static int write_bits(const struct guest *guest, uint8_t capability,
		      unsigned int offset, uint16_t mask, uint16_t bits)
{
	int at = reset_config_find(guest, capability);
	int value;

	if (at < 0)
		return at;
	offset += (unsigned int)at;
	value = reset_config_read(guest, offset);
	if (value < 0)
		return value;
	return reset_config_write(guest, offset,
				  (uint16_t)((value & ~mask) | bits));
}

static int d3hot(const struct guest *guest)
{
	return write_bits(guest, PCI_CAP_ID_PM, PCI_PM_CTRL,
			  PCI_PM_CTRL_STATE_MASK, 3);
}

static int d0(const struct guest *guest)
{
	return write_bits(guest, PCI_CAP_ID_PM, PCI_PM_CTRL,
			  PCI_PM_CTRL_STATE_MASK, 0);
}

static int flr(const struct guest *guest)
{
	return write_bits(guest, PCI_CAP_ID_EXP, PCI_EXP_DEVCTL,
			  PCI_EXP_DEVCTL_BCR_FLR, PCI_EXP_DEVCTL_BCR_FLR);
}

/* kernel/modules/af.c has added it to those of the device */
static int af_flr(const struct guest *guest)
{
	return write_bits(guest, PCI_CAP_ID_AF, PCI_AF_CTRL, PCI_AF_CTRL_FLR,
			  PCI_AF_CTRL_FLR);
}

static int low_power(const struct guest *guest)
{
	return brg_vfio_feature(&guest->vfio,
				VFIO_DEVICE_FEATURE_SET |
					VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
				NULL, 0);
}

static int low_power_exit(const struct guest *guest)
{
	return brg_vfio_feature(&guest->vfio,
				VFIO_DEVICE_FEATURE_SET |
					VFIO_DEVICE_FEATURE_LOW_POWER_EXIT,
				NULL, 0);
}

static int sysfs_reset(const struct guest *guest)
{
	return brg_sysfs_write("1", "bus/pci/devices/%s/reset", guest->bdf);
}

/* the bridge's file, which resets all that is below it */
static int bridge_reset(const struct guest *guest)
{
	char path[BRG_SYSFS_PATH_BYTES], *real;
	int ret;

	ret = brg_sysfs_path(path, sizeof(path), "bus/pci/devices/%s",
			     guest->bdf);
	real = ret ? NULL : realpath(path, NULL);
	if (!real)
		return -ENODEV;
	ret = brg_sysfs_write("1", "bus/pci/devices/%s/reset_subordinate",
			      basename(dirname(real)));
	free(real);
	return ret;
}

/* ivshmem has no reset of its own: the kernel resets the bus that it is on */
const struct reset_path reset_vfio = {
	"VFIO_DEVICE_RESET", "PROVIDER", vfio_reset, NULL, true,
};
/* of an NVMe controller it is a function level reset */
const struct reset_path reset_vfio_pmr = {
	"VFIO_DEVICE_RESET", "PMR", vfio_reset, NULL, true,
};
const struct reset_path reset_hot = {
	"VFIO_DEVICE_PCI_HOT_RESET", "PROVIDER", hot_reset, NULL, true,
};
const struct reset_path reset_hot_pmr = {
	"VFIO_DEVICE_PCI_HOT_RESET", "PMR", hot_reset, NULL, true,
};
const struct reset_path reset_memory_off = {
	"COMMAND.MEM=0", "PROVIDER", memory_off, memory_on, false,
};
const struct reset_path reset_memory_off_pmr = {
	"COMMAND.MEM=0", "PMR", memory_off, memory_on, false,
};
const struct reset_path reset_d3hot = {
	"D3hot", "PMR", d3hot, d0, false,
};
const struct reset_path reset_flr = {
	"FLR by DEVCTL", "PMR", flr, NULL, true,
};
const struct reset_path reset_af_flr = {
	"FLR by AF_CTRL", "PMR", af_flr, NULL, true,
};
const struct reset_path reset_low_power = {
	"LOW_POWER_ENTRY", "PROVIDER", low_power, low_power_exit, false,
};
const struct reset_path reset_low_power_pmr = {
	"LOW_POWER_ENTRY", "PMR", low_power, low_power_exit, false,
};
const struct reset_path reset_sysfs = {
	"reset in sysfs", "PROVIDER", sysfs_reset, NULL, true, true,
};
const struct reset_path reset_sysfs_pmr = {
	"reset in sysfs", "PMR", sysfs_reset, NULL, true, true,
};
const struct reset_path reset_bridge = {
	"reset_subordinate", "PROVIDER", bridge_reset, NULL, true, true,
};
/* two devices on one bus, which both of these reset */
const struct reset_path reset_hot_twin = {
	"VFIO_DEVICE_PCI_HOT_RESET", "TWIN", hot_reset, NULL, true,
};
const struct reset_path reset_bridge_twin = {
	"reset_subordinate", "TWIN", bridge_reset, NULL, true, true,
};
