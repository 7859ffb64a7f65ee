// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: mappings of a BAR, and of a dma-buf of it, are inherited by children that
 * go on reading and writing, while the parent takes the memory off the bus or resets
 * the device.
 *
 * Oracle: while memory is off nobody reaches it: access is a SIGBUS, in each
 * process that has it mapped.
 *
 * Provenance: hazard 28. A zap has to find all mappings of the file, not those of
 * who asks for it. A child is in no list but that of the mapping.
 */
#include "../stress.h"

static const struct stress_step users[] = {
	STEP(bar_map, ONLY(0), BETWEEN(0, 64), BETWEEN(1, 16)),
	STEP(touch, ONLY(0), ANY, ANY, ONLY(0)),
	STEP(fork, ONLY(0), BETWEEN(1, 4), BETWEEN(10000, 60000)),
	STEP(export, ONLY(1), ONLY(0), ONLY(1), ONLY(0)),
	STEP(dmabuf_map, ONLY(1), ONLY(1)),
	STEP(touch, ONLY(1), ANY, ANY, ONLY(0)),
	STEP(fork, ONLY(1), BETWEEN(1, 4), BETWEEN(10000, 60000)),
	STEP(unmap, ONLY(1)),
	STEP(dmabuf_close, ONLY(1)),
	{},
};

static const struct stress_step takers[] = {
	OFTEN(16, reset, ONLY(POWER_MEMORY), BETWEEN(1000, 8000)),
	OFTEN(2, reset, ONLY(POWER_LOW), BETWEEN(1000, 8000)),
	OFTEN(2, reset, ONLY(POWER_D3HOT), BETWEEN(1000, 8000)),
	STEP(reset, ONLY(POWER_RESET), ONLY(0)),
	STEP(reset, ONLY(POWER_SYSFS), ONLY(0)),
	{},
};

SCENARIO(fork_against_zap) = {
	.name = "fork-against-zap",
	.summary = "children use mappings of a BAR while the parent takes the memory away",
	.hazards = { 28 },
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 9, .jitter_us = 2000 },
		{ .name = "taker", .steps = takers, .min_calls = 8,
		  .max_calls = 16, .turns = 6, .jitter_us = 5000 },
	},
	.pace = STRESS_SLOW,
};
