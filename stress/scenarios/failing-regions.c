// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: memory regions of a dma-buf are made, written to and ended, while of one of
 * these calls each allocation fails, one after the other; in half of the races
 * somebody takes the memory away meanwhile.
 *
 * Oracle: as in failing-exports: what has failed leaves nothing behind, and the same
 * call works when there is memory again.
 *
 * Provenance: error paths, of umem and driver, which have to agree on who unmaps also
 * where a region is never finished (hazard 23).
 */
#include "../stress.h"

#define SHARED ONLY(SLOT_SHARED(0))

static const struct stress_step sweepers[] = {
	STEP(export, SHARED, ONLY(0), ONLY(1), ONLY(0)),
	STEP(mr_register, ONLY(0), SHARED),
	STEP(mr_write, ONLY(0)),
	STEP(mr_deregister, ONLY(0)),
	STEP(dmabuf_close, SHARED),
	{},
};

static const struct stress_step takers[] = {
	OFTEN(4, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 2000)),
	STEP(dmabuf_revoke, SHARED),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_unused),
	{},
};

SCENARIO(failing_regions) = {
	.name = "failing-regions",
	.summary = "RDMA memory regions with each allocation of each call failing",
	.hazards = { 23 },
	.needs = NEED_FAIL_NTH,
	.actors = {
		{ .name = "sweeper", .steps = sweepers, .in_order = true,
		  .sweep = true },
		{ .name = "taker", .steps = takers, .max = 1, .min_calls = 8,
		  .max_calls = 16, .turns = 20, .jitter_us = 10000 },
	},
	.after = after,
	.pace = STRESS_LENGTHY,
};
