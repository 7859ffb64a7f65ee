/* SPDX-License-Identifier: GPL-2.0-only */
/* hotplug - a device leaves its slot, and another one is put in */
#ifndef STRESS_HOTPLUG_H
#define STRESS_HOTPLUG_H

#include <stdbool.h>

/*
 * How long a slot may take, in seconds: five of them are for whoever changes their
 * mind about the button; then power, link, and the drivers.
 */
#define HOTPLUG_OUT_S 70
#define HOTPLUG_IN_S 190

/** hotplug_has - is it in a slot that gives it back? */
bool hotplug_has(const char *bdf);

/**
 * hotplug_out - take it out
 * @button: as by the slot's button, which the emulated machine can press; else by
 *	the slot's power
 *
 * Blocks until the driver has let go and the device is gone.
 *
 * Return: 0; -ETIMEDOUT where it does not go; -errno.
 */
int hotplug_out(const char *bdf, bool button);

/**
 * hotplug_in - put it in, for vfio-pci
 *
 * Return: 0 once the driver has it; -ETIMEDOUT; -errno.
 */
int hotplug_in(const char *bdf);

#endif
