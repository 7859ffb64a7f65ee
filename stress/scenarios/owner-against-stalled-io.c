// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the owner of a device closes it while direct I/O has a page of its P2P
 * memory pinned, for longer than closing waits, and a new owner opens it.
 *
 * Oracle: the device cannot be opened before that I/O is over; afterwards it can,
 * soon. Nobody else gets memory of the registration that is gone.
 *
 * Provenance: hazard 34. What the old owner has set in motion would reach memory
 * that the new owner takes for its own.
 */
#include "../stress.h"

static const struct stress_step owners[] = {
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(0), BETWEEN(1, 4)),
	STEP(reopen_stalled, ONLY(0)),
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(0), BETWEEN(1, 4)),
	STEP(disk_read, ONLY(0)),
	STEP(unmap, ONLY(0)),
	STEP(reopen),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 16)),
	STEP(disk_read, ONLY(0)),
	STEP(touch, ONLY(0)),
	{},
};

SCENARIO(owner_against_stalled_io) = {
	.name = "owner-against-stalled-io",
	.summary = "a device is closed with I/O on its memory, and opened by another owner",
	.hazards = { 34 },
	.actors = {
		{ .name = "owner", .steps = owners, .in_order = true,
		  .jitter_us = 5000 },
		{ .name = "user", .steps = users, .min = 0, .max = 2,
		  .in_order = true, .turns = 60, .jitter_us = 100000 },
	},
	.alone = true,
	.pace = STRESS_SLOW,
};
