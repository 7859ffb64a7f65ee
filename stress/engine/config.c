// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <unistd.h>

#define MAX_CAPABILITIES 48

static off_t place(unsigned int offset)
{
	return device_at(VFIO_PCI_CONFIG_REGION_INDEX, offset);
}

static int outcome(ssize_t bytes)
{
	if (bytes < 0)
		return -errno;
	return bytes == sizeof(uint16_t) ? 0 : -EIO;
}

int config_read(struct device *device, unsigned int offset)
{
	uint16_t value;
	int ret = outcome(
		pread(device->vfio, &value, sizeof(value), place(offset)));

	return ret ? ret : value;
}

int config_write_bits(struct device *device, int offset, uint16_t mask,
		      uint16_t bits)
{
	int value = offset < 0 ? offset :
				 config_read(device, (unsigned int)offset);
	uint16_t changed;

	if (value < 0)
		return value;
	changed = (uint16_t)((value & ~mask) | bits);
	return outcome(pwrite(device->vfio, &changed, sizeof(changed),
			      place((unsigned int)offset)));
}

int config_find_capability(struct device *device, uint8_t id)
{
	int head = config_read(device, PCI_CAPABILITY_LIST);
	int at = head & 0xfc;

	for (int i = 0; head >= 0 && at && i < MAX_CAPABILITIES; i++) {
		head = config_read(device, (unsigned int)at);
		if (head >= 0 && (head & 0xff) == id)
			return at;
		at = head >> 8 & 0xfc;
	}
	return head < 0 ? head : -ENOENT;
}

int config_in_capability(struct device *device, uint8_t id, int offset)
{
	int at = config_find_capability(device, id);

	return at < 0 ? at : at + offset;
}
