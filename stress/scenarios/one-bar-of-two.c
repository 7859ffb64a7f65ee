// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: of two BARs that are registered, one is unregistered, while others
 * allocate from whatever there is.
 *
 * Oracle: as long as one is registered, memory can be allocated: that holds when
 * all is quiet. The kernel's own while it is not.
 *
 * Provenance: hazard 7. The files in sysfs belong to the device, the memory to
 * its BARs: the files go with the last of them.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1), ANY, ONLY(0)),
	STEP(register, ONLY(0), ONLY(1), ANY, ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 600)),
	STEP(touch, ONLY(0), ANY, ANY, ONLY(0)),
	STEP(unmap, ONLY(0)),
	STEP(read_pool),
	{},
};

static const struct stress_step enders[] = {
	STEP(unregister, ANY, ONLY(0)),
	STEP(register, ONLY(0), ONLY(1), ANY, ONLY(0)),
	STEP(unregister, ANY, ONLY(0)),
	{},
};

static const struct stress_step after[] = {
	STEP(p2p_map, ONLY(0), ONLY(512)),
	STEP(touch, ONLY(0), ANY, ANY, ONLY(0)),
	STEP(unmap, ONLY(0)),
	STEP(expect_free),
	STEP(unregister, ANY, ONLY(1)),
	{},
};

SCENARIO(one_bar_of_two) = {
	.name = "one-bar-of-two",
	.summary = "one of two registered BARs is unregistered, the other is used",
	.hazards = { 7 },
	.needs = NEED_TWO_BARS,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 10, .jitter_us = 3000 },
		{ .name = "ender", .steps = enders, .in_order = true,
		  .jitter_us = 10000 },
	},
	.after = after,
};
