// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: one mmap() of some MiB of P2P memory inserts its pages, one after the
 * other, while the memory is unregistered, or frozen for a reset, under CPUs that write
 * to what is mapped already.
 *
 * Oracle: unregistration ends in time, and so does a reset, though the mapping stays
 * until it is taken away; it is a SIGBUS then, and what can be reached keeps what is
 * written to it.
 *
 * Provenance: hazard 1. A mapping is found by those who take it away only when
 * mmap() has inserted its pages and returned: one zap before that is not enough.
 */
#include "../stress.h"

#define TIMEOUT_MS 4000
#define HOLD_MS 6000

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(4), ONLY(TIMEOUT_MS)),
	{},
};

static const struct stress_step mappers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(512, 1024)),
	STEP(touch, ONLY(0)),
	STEP(hold, ONLY(0), ONLY(HOLD_MS)),
	{},
};

static const struct stress_step writers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(16, 64)),
	STEP(p2p_keep, ONLY(0), ONLY(0), ONLY(16)),
	STEP(touch, ONLY(0), ANY, ANY, ONLY(1)),
	STEP(p2p_keep, ONLY(0), ONLY(0), ONLY(16)),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(3, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000), ONLY(1)),
	STEP(reset, ONLY(POWER_RESET), ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step takers[] = {
	STEP(unregister, ONLY(TIMEOUT_MS)),
	STEP(register, ONLY(0), ONLY(4), ONLY(TIMEOUT_MS)),
	STEP(unregister, ONLY(TIMEOUT_MS)),
	STEP(register, ONLY(0), ONLY(4), ONLY(TIMEOUT_MS)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister_any),
	{},
};

SCENARIO(late_mapping_against_zap) = {
	.name = "late-mapping-against-zap",
	.summary = "a long mmap() of P2P memory while that is taken away",
	.hazards = { 1 },
	.needs = NEED_8_MIB,
	.before = before,
	.actors = {
		{ .name = "mapper", .steps = mappers, .min = 1, .max = 3,
		  .in_order = true, .turns = 4, .jitter_us = 5000 },
		{ .name = "writer", .steps = writers, .min = 0, .max = 1,
		  .in_order = true, .turns = 8, .jitter_us = 5000 },
		{ .name = "taker", .steps = takers, .in_order = true,
		  .turns = 4, .jitter_us = 50000, .even = true },
		{ .name = "resetter", .steps = resetters, .min = 0, .max = 1,
		  .min_calls = 2, .max_calls = 6, .jitter_us = 50000,
		  .even = true },
	},
	.after = after,
	.pace = STRESS_SLOW,
	.points = {
		/* until somebody has looked for mappings, which did not find it */
		"vm_insert_page+return:0us/0.003,meet=0a,wait=300ms,most=12&"
		"unmap_mapping_pages+return:0us,meet=0b",
		"vm_insert_page:50us..500us/0.1",
	},
};
