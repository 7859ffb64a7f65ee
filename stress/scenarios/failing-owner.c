// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: none but that of failure with what comes after it, or, in half of the races,
 * with who uses the memory and turns it off. The owner of a device registers its
 * memory, maps it, resets the device, turns its memory off and on, and unregisters
 * it, again and again, while of one of these calls the first allocation fails, then
 * the second and so on, until there are no more. Each race has another call.
 *
 * Oracle: as in failing-exports: what has failed leaves nothing behind, and the same
 * call works when there is memory again.
 *
 * Provenance: error paths. A reset that fails half way, with the memory frozen and
 * mappings gone, is what nobody has tried.
 */
#include "../stress.h"

static const struct stress_step sweepers[] = {
	STEP(bar_map, ONLY(0), ANY, BETWEEN(1, 16)),
	STEP(touch, ONLY(0)),
	STEP(register, ONLY(0), ONLY(1)),
	STEP(query),
	STEP(read_pool),
	STEP(p2p_map, ONLY(1), BETWEEN(1, 16)),
	STEP(touch, ONLY(1)),
	STEP(reset, ONLY(POWER_RESET)),
	STEP(reset, ONLY(POWER_HOT_RESET)),
	STEP(power_off, ONLY(POWER_MEMORY)),
	STEP(power_on, ONLY(POWER_MEMORY)),
	STEP(power_off, ONLY(POWER_LOW)),
	STEP(power_on, ONLY(POWER_LOW)),
	STEP(unregister),
	{},
};

static const struct stress_step users[] = {
	OFTEN(2, p2p_map),
	OFTEN(2, touch),
	OFTEN(2, disk_read),
	STEP(unmap),
	STEP(reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	STEP(reset, ONLY(POWER_RESET)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_unused),
	{},
};

SCENARIO(failing_owner) = {
	.name = "failing-owner",
	.summary = "registration and resets, each allocation of each call failing",
	.needs = NEED_FAIL_NTH,
	.actors = {
		{ .name = "sweeper", .steps = sweepers, .in_order = true,
		  .sweep = true },
		{ .name = "user", .steps = users, .max = 1, .min_calls = 8,
		  .max_calls = 16, .turns = 20, .jitter_us = 5000 },
	},
	.after = after,
	.pace = STRESS_SLOW,
};
