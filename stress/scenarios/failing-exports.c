// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: none but that of failure with what comes after it, or, in half of the races,
 * with who turns the memory off, resets the device and revokes the dma-buf. All that
 * can be done with a dma-buf is done again and again, while of one of these calls the
 * first allocation fails, then the second and so on, until there are no more. Each
 * race has another call.
 *
 * Oracle: a call of which an allocation has failed may fail in any way, but the same
 * call has to work at once when there is memory again, and so has all that follows:
 * where there is nobody else, nothing may fail. At the end nothing of the BAR is in
 * use.
 *
 * Provenance: error paths. What one leaves behind, a reference or a half-made
 * attachment, is seen only by who comes next.
 */
#include "../stress.h"

#define SHARED ONLY(SLOT_SHARED(0))

static const struct stress_step sweepers[] = {
	STEP(export, SHARED, ANY, ONLY(1)),
	STEP(dmabuf_map, ONLY(1), SHARED),
	STEP(touch, ONLY(1)),
	STEP(import, ONLY(0), SHARED),
	STEP(import_map, ONLY(0)),
	STEP(ioas_map, SHARED),
	STEP(ioas_unmap, SHARED),
	STEP(import_unmap, ONLY(0)),
	STEP(import_close, ONLY(0)),
	STEP(unmap, ONLY(1)),
	STEP(dmabuf_revoke, SHARED),
	STEP(dmabuf_close, SHARED),
	{},
};

static const struct stress_step takers[] = {
	OFTEN(4, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	OFTEN(2, reset, ONLY(POWER_RESET)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 2000)),
	OFTEN(2, dmabuf_revoke, SHARED),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_unused),
	{},
};

SCENARIO(failing_exports) = {
	.name = "failing-exports",
	.summary = "dma-bufs with each allocation of each call failing",
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
