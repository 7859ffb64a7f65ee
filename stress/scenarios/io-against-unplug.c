// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the device is taken out of its slot, by the slot's power or its button,
 * while others have mappings of its P2P memory, do I/O with it and get more. Then
 * another one is put in.
 *
 * Oracle: the device stays until I/O is done with its memory, and goes then; what
 * was mapped is a SIGBUS; the new one can be opened and registered.
 *
 * Provenance: hazards 2 and 9 by the way out that nobody can refuse. Needs a
 * kernel without lockdep: Linux 7.3 itself has a cycle of locks there.
 */
#include "../stress.h"

static const struct stress_step owners[] = {
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(disk_read, ONLY(0)),
	STEP(replug),
	STEP(touch, ONLY(0)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 16)),
	STEP(aio_read, ONLY(0)),
	STEP(aio_write, ONLY(0)),
	STEP(disk_scatter, ONLY(0)),
	STEP(touch, ONLY(0)),
	{},
};

SCENARIO(io_against_unplug) = {
	.name = "io-against-unplug",
	.summary = "direct I/O with P2P memory while the device leaves its slot",
	.hazards = { 2, 9 },
	.needs = NEED_SLOT,
	.actors = {
		{ .name = "owner", .steps = owners, .in_order = true,
		  .turns = 2, .jitter_us = 5000 },
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 40, .jitter_us = 10000 },
	},
	.limit_ms = 120000,
	.alone = true,
};
