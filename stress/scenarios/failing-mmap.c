// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: none but that of failure with what comes after it. mmap() of P2P memory
 * is done with its first allocation failing, then the second and so on, by one
 * or two at a time; then the memory is removed.
 *
 * Oracle: all memory comes back, and the removal ends.
 *
 * Provenance: hazard 8. mmap() has a reference on the memory for itself and one
 * for each page; the path that undoes some of it must drop just those.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step sweepers[] = {
	STEP(map_sweep, ONLY(0)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(failing_mmap) = {
	.name = "failing-mmap",
	.summary = "mmap() of P2P memory with each allocation failing, then removal",
	.hazards = { 8 },
	.before = before,
	.actors = {
		{ .name = "sweeper", .steps = sweepers, .min = 1, .max = 2,
		  .in_order = true, .turns = 2 },
	},
	.after = after,
	.limit_ms = 40000,
};
