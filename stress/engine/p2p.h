/* SPDX-License-Identifier: GPL-2.0-only */
/* p2p - registration of a BAR as P2P memory, and what sysfs says of it */
#ifndef STRESS_P2P_H
#define STRESS_P2P_H

#include "engine.h"

/**
 * p2p_register - make a range of a BAR P2P memory
 * @bar: which BAR
 * @offset: in bytes
 * @length: in bytes
 * @timeout_ms: how long a reset waits for it
 *
 * Return: 0 or -errno.
 */
int p2p_register(const struct device *device, unsigned int bar, uint64_t offset,
		 uint64_t length, uint32_t timeout_ms);

/** p2p_note_time - a registration with this time begins, which resets will have */
void p2p_note_time(struct shared *shared, uint32_t timeout_ms);

/** p2p_unregister - undo that; waits up to @timeout_ms */
int p2p_unregister(const struct device *device, unsigned int bar,
		   uint32_t timeout_ms);

/**
 * p2p_state - VFIO_P2P_STATE_* of a BAR
 * @length: receives the length of what is registered; may be NULL
 *
 * Return: the state, or -errno.
 */
int p2p_state(const struct device *device, unsigned int bar, uint64_t *length);

/** p2p_range - where in its BAR what is registered is; 0, -ENOENT without, or -errno */
int p2p_range(const struct device *device, unsigned int bar, uint64_t *offset,
	      uint64_t *length);

/**
 * p2p_read - a number that a file of p2pmem/ has
 * @file: "size", "available", "published"
 *
 * Return: 0; -ENOENT, -ENODEV: there is no P2P memory, or no longer.
 */
int p2p_read(const char *bdf, const char *file, uint64_t *value);

/** p2p_open - open p2pmem/allocate: a file to be mapped, or -errno */
int p2p_open(const char *bdf);

#endif
