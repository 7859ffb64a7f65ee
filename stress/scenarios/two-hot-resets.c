// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: two devices of a bus are reset at once, each reset taking the locks of both,
 * under threads whose faults, configuration writes and reads take one.
 *
 * Oracle: lockdep, which sees two locks of a kind; a deadlock.
 *
 * Provenance: a hot reset takes the lock of each device of the set. It can only try:
 * who waits for the second one with the first one in hand is one half of a deadlock
 * (hazard 20).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(bar_map, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(64)),
	{},
};

static const struct stress_step users[] = {
	STEP(touch, ONLY(SLOT_SHARED(0)), BETWEEN(0, 63), BETWEEN(1, 16)),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(2, reset, ONLY(POWER_HOT_RESET), ONLY(0)),
	STEP(reset, ONLY(POWER_MEMORY), BETWEEN(0, 1000)),
	{},
};

static const struct stress_step twins[] = {
	STEP(twin_reset, ONLY(POWER_HOT_RESET)),
	{},
};

SCENARIO(two_hot_resets) = {
	.name = "two-hot-resets",
	.summary = "hot resets of two devices of a bus at a time",
	.hazards = { 20 },
	.needs = NEED_TWIN,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 100, .jitter_us = 2000 },
		{ .name = "resetter", .steps = resetters, .min_calls = 1,
		  .max_calls = 3, .jitter_us = 2000 },
		{ .name = "twin", .steps = twins, .in_order = true,
		  .turns = 2, .jitter_us = 2000 },
	},
	.points = { "vfio_pci_zap_and_revoke:100..3000us/0.5",
		    "vfio_pci_p2p_quiesce_set+any:100..3000us/0.5" },
};
