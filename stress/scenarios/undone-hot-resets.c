// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a hot reset of a bus with two devices meets I/O that is not done in the time
 * that the memory was registered with, or a lock that somebody has. It is given up
 * then, and whatever it had frozen by then has to be as before.
 *
 * Oracle: in the end P2P memory can be had, used and given back; what a read has
 * brought is compared.
 *
 * Provenance: the way back is one that hardly anybody goes: each device that was
 * held has to be let go, the one that failed included (hazard 19).
 */
#include "../stress.h"

#define SHORT_MS 2

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1), ONLY(SHORT_MS)),
	{},
};

static const struct stress_step readers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(stalled_read, ONLY(0), ANY, BETWEEN(20, 100), ONLY(0)),
	STEP(touch, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset, ONLY(POWER_HOT_RESET), ONLY(0)),
	STEP(reset, ONLY(POWER_HOT_RESET), ONLY(0)),
	{},
};

static const struct stress_step after[] = {
	STEP(p2p_map, ONLY(0), ONLY(4)),
	STEP(touch, ONLY(0), ONLY(0), ONLY(4), ONLY(1)),
	STEP(unmap, ONLY(0)),
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(undone_hot_resets) = {
	.name = "undone-hot-resets",
	.summary = "hot resets that are given up because of I/O",
	.hazards = { 19 },
	.needs = NEED_TWIN,
	.before = before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 4, .jitter_us = 1000 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 4, .jitter_us = 60000, .even = true },
	},
	.after = after,
	.alone = true,
};
