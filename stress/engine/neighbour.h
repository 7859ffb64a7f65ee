/* SPDX-License-Identifier: GPL-2.0-only */
/* neighbour - P2P memory of another function than the one under test */
#ifndef STRESS_NEIGHBOUR_H
#define STRESS_NEIGHBOUR_H

#include "engine.h"

#define NEIGHBOUR_BOUND_MS 15000
#define NEIGHBOUR_REGISTER_MAY MAY(-EEXIST, -EBUSY, -EIO)
#define NEIGHBOUR_UNREGISTER_MAY MAY(-EBUSY)
#define NEIGHBOUR_USE_MAY                                                      \
	MAY(-EFAULT, -EEXIST, -EIO, -EREMOTEIO, -EAGAIN, -EINTR, -ENOMEM,      \
	    -ENODEV, DONE_SIGNAL(SIGBUS))

/**
 * neighbour_register - make the first 2 MiB of its BAR P2P memory
 * @timeout_ms: how long its resets wait for I/O
 *
 * Return: 0; -errno; DONE_NOTHING where it is not open, or has no such BAR.
 */
int neighbour_register(struct actor *actor, const struct device *neighbour,
		       uint32_t timeout_ms);

/** neighbour_unregister - undo that; DONE_NOTHING also where it was not done */
int neighbour_unregister(const struct device *neighbour);

/**
 * neighbour_use - map some of it, read a disk into it, compare, unmap
 * @pages: how many
 * @block: of the disk, 4 KiB
 * @slow: by the slow disk
 *
 * Return: 0; -errno; DONE_SIGNAL(SIGBUS); DONE_NOTHING also where there is none.
 */
int neighbour_use(struct actor *actor, const struct device *neighbour,
		  int64_t pages, int64_t block, bool slow);

#endif
