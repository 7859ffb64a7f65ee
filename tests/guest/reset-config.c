// SPDX-License-Identifier: GPL-2.0-only
#include "reset.h"

#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <unistd.h>

#define MAX_CAPABILITIES 48

int reset_config_read(const struct guest *guest, unsigned int offset)
{
	uint16_t value;
	int ret;

	ret = brg_vfio_read(&guest->vfio, VFIO_PCI_CONFIG_REGION_INDEX, offset,
			    &value, sizeof(value));
	return ret ? ret : value;
}

int reset_config_write(const struct guest *guest, unsigned int offset,
		       uint16_t value)
{
	return brg_vfio_write(&guest->vfio, VFIO_PCI_CONFIG_REGION_INDEX,
			      offset, &value, sizeof(value));
}

int reset_config_find(const struct guest *guest, uint8_t id)
{
	int i, head = reset_config_read(guest, PCI_CAPABILITY_LIST);
	int at = head & 0xfc;

	for (i = 0; head >= 0 && at && i < MAX_CAPABILITIES; i++) {
		head = reset_config_read(guest, (unsigned int)at);
		if (head >= 0 && (head & 0xff) == id)
			return at;
		at = head >> 8 & 0xfc;
	}
	return head < 0 ? head : -ENOENT;
}

int reset_open_config(const struct guest *guest, int flags)
{
	char path[BRG_SYSFS_PATH_BYTES];
	int fd;

	assert_good(brg_sysfs_path(path, sizeof(path),
				   "bus/pci/devices/%s/config", guest->bdf));
	fd = open(path, flags | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

struct reset_bars reset_get_bars(const struct guest *guest)
{
	int fd = reset_open_config(guest, O_RDONLY);
	struct reset_bars bars;

	assert_int_equal(pread(fd, &bars, sizeof(bars), PCI_BASE_ADDRESS_0),
			 sizeof(bars));
	close(fd);
	return bars;
}

void reset_set_bars(const struct guest *guest, const struct reset_bars *bars)
{
	int fd = reset_open_config(guest, O_WRONLY);

	assert_int_equal(pwrite(fd, bars, sizeof(*bars), PCI_BASE_ADDRESS_0),
			 sizeof(*bars));
	close(fd);
}

int reset_keep_awake(const struct guest *guest)
{
	return brg_sysfs_write("on", "bus/pci/devices/%s/power/control",
			       guest->bdf);
}

int reset_let_sleep(const struct guest *guest)
{
	return brg_sysfs_write("auto", "bus/pci/devices/%s/power/control",
			       guest->bdf);
}

uint16_t reset_device_config(const struct guest *guest, unsigned int offset)
{
	int fd = reset_open_config(guest, O_RDONLY);
	uint16_t value;

	assert_int_equal(pread(fd, &value, sizeof(value), offset),
			 sizeof(value));
	close(fd);
	return value;
}
