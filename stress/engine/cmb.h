/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmb - an NVMe whose controller memory buffer its own driver gives out as P2P
 * memory, and what user space can do to such a device
 */
#ifndef STRESS_CMB_H
#define STRESS_CMB_H

#include "engine.h"

#define CMB_DRIVER "nvme"

/*
 * How long the driver may wait for the device, in seconds: until it is ready, and
 * twice where it is reset: up to 127.5 each (CAP.TO of NVMe); until it is shut down.
 */
#define CMB_READY_S 140
#define CMB_RESET_S 270
#define CMB_LEAVE_S 10

enum cmb_reset {
	CMB_RESET_CONTROLLER, /* the driver's file reset_controller */
	CMB_RESET_FUNCTION, /* the device's file reset */
	CMB_NR_RESETS,
};

/** cmb_unbind - take the driver away; waits for all who have its P2P memory */
int cmb_unbind(const char *bdf);

/** cmb_bind - the opposite; it has P2P memory when this has returned 0 */
int cmb_bind(const char *bdf);

/** cmb_remove - the device's file remove: it goes, and its driver before */
int cmb_remove(const char *bdf);

/**
 * cmb_rescan - the opposite: look for it, and wait until it has its memory
 *
 * Return: 0; -ETIMEDOUT after a minute; -errno.
 */
int cmb_rescan(const char *bdf);

/** cmb_reset - begin a reset, and wait for it; -ENOENT where there is no way */
int cmb_reset(const char *bdf, enum cmb_reset how);

/** cmb_is_published - can memory be allocated, for all that its files say? */
bool cmb_is_published(const char *bdf);

/**
 * cmb_used - how much of the memory is allocated
 *
 * Return: 0; -ENOENT, -ENODEV where there is none.
 */
int cmb_used(const char *bdf, uint64_t *bytes);

/** cmb_restore - there, and with its driver, whatever was done to it */
void cmb_restore(const char *bdf);

#endif
