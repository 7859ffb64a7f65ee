// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the device is closed, reset through sysfs or by the bridge above it with
 * nobody having it open, unbound and bound, and opened again, while others still
 * have mappings of its P2P memory and try to get more.
 *
 * Oracle: the kernel's own; what was mapped before is a SIGBUS; the device can be
 * opened again and its memory registered.
 *
 * Provenance: hazard 33. The hooks of a driver for a reset by others are called
 * whether or not there is a user, also while one is just closing.
 */
#include "../stress.h"

static const struct stress_step owners[] = {
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(disk_read, ONLY(0)),
	STEP(reset_closed),
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(1), BETWEEN(1, 8)),
	STEP(touch, ONLY(0)),
	STEP(rebind),
	STEP(touch, ONLY(1)),
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(rebind_used),
	STEP(touch, ONLY(0)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 16)),
	STEP(disk_read, ONLY(0)),
	STEP(touch, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset, BETWEEN(POWER_SYSFS, POWER_BRIDGE)),
	{},
};

SCENARIO(resets_without_user) = {
	.name = "resets-without-user",
	.summary = "the device is closed, reset, unbound and opened while others have its memory",
	.hazards = { 33 },
	.needs = NEED_SYSFS_RESET,
	.actors = {
		{ .name = "owner", .steps = owners, .in_order = true,
		  .turns = 2, .jitter_us = 5000 },
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 30, .jitter_us = 20000 },
		{ .name = "resetter", .steps = resetters, .min = 0, .max = 1,
		  .in_order = true, .turns = 4, .jitter_us = 50000 },
	},
	.alone = true,
	.pace = STRESS_SLOW,
};
