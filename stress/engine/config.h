/* SPDX-License-Identifier: GPL-2.0-only */
/* config - a device's configuration space, as VFIO shows it */
#ifndef STRESS_CONFIG_H
#define STRESS_CONFIG_H

#include "engine.h"

/** config_read - 16 bits of it at @offset, or -errno */
int config_read(struct device *device, unsigned int offset);

/**
 * config_write_bits - read 16 bits, change some, and write them
 * @offset: where; negative: an errno, which is passed on
 * @mask: which of the bits
 * @bits: their new values
 *
 * Return: 0 or -errno.
 */
int config_write_bits(struct device *device, int offset, uint16_t mask,
		      uint16_t bits);

/** config_find_capability - where it begins; -ENOENT without it, or -errno */
int config_find_capability(struct device *device, uint8_t id);

/** config_in_capability - where in it @offset is; -ENOENT or -errno */
int config_in_capability(struct device *device, uint8_t id, int offset);

#endif
