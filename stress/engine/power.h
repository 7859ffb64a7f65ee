/* SPDX-License-Identifier: GPL-2.0-only */
/* power - ways to reset a device, or to take its memory off the bus */
#ifndef STRESS_POWER_H
#define STRESS_POWER_H

#include "engine.h"

/*
 * EBUSY: I/O was still under way when the time of the registration was over,
 * another reset is under way, or the device is in low power already. EAGAIN:
 * likewise, of the bus. EIO: configuration space of a device in low power.
 */
#define RESET_MAY MAY(-EBUSY, -EAGAIN, -EINTR, -EIO)

enum power_path {
	POWER_RESET, /* VFIO_DEVICE_RESET */
	POWER_HOT_RESET, /* VFIO_DEVICE_PCI_HOT_RESET */
	POWER_SYSFS, /* the device's file "reset" */
	POWER_BRIDGE, /* "reset_subordinate" of the bridge above */
	POWER_FLR, /* by a write to configuration space */
	POWER_AF_FLR, /* likewise */
	POWER_MEMORY, /* COMMAND.MEM off, and on again */
	POWER_D3HOT, /* and D0 again */
	POWER_LOW, /* LOW_POWER_ENTRY, and EXIT again */
	POWER_NR,
};

/** power_name - for people */
const char *power_name(enum power_path path);

/** power_has - can this device be reset, or be taken off the bus, so? */
bool power_has(struct device *device, enum power_path path);

/** power_keeps_off - is the memory off from power_begin() to power_end()? */
bool power_keeps_off(const struct device *device, enum power_path path);

/**
 * power_begin - do it
 *
 * Blocks as long as the kernel waits for I/O. Where it succeeds, @world's epoch
 * goes up: what was mapped before is to be gone; and by those that have a
 * power_end(), the memory is off until that.
 *
 * Return: 0; -ENOENT where the device has no such capability; -errno.
 */
int power_begin(struct world *world, struct device *device,
		enum power_path path);

/** power_do - power_begin(), unknown to the world; in a child, say */
int power_do(struct device *device, enum power_path path);

/** power_will_end - a call begins that ends all mappings of P2P memory: its number */
uint32_t power_will_end(struct shared *shared);

/**
 * power_has_ended - what was mapped before is gone
 * @number: of power_will_end(), before the call that has succeeded
 */
void power_has_ended(struct shared *shared, uint32_t number);

/** power_end - give the device its memory back, where @path took it away */
int power_end(struct device *device, enum power_path path);

/** power_restore - awake, in D0, memory on, whatever was done to it */
void power_restore(struct device *device);

#endif
