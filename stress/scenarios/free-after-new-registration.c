// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: memory of one BAR is in use, and comes back, some of it at the end of I/O that
 * is the last to have it, while another BAR of the device is registered and
 * unregistered.
 *
 * Oracle: the kernel's own, BUG in genalloc; what a read has brought is compared; who
 * is given memory while I/O has what was given up has it alone; all memory comes back.
 *
 * Provenance: hazard 4. A page goes back to the pool that it is of, not to the
 * one that the device got last.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1), ANY, ONLY(0)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 64)),
	STEP(touch, ONLY(0), ANY, ANY, ONLY(0)),
	STEP(dontneed, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

/* memory that nobody has any more but I/O */
static const struct stress_step readers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(2, 8)),
	STEP(disk_read, ONLY(0)),
	STEP(io_unmapped, ONLY(0), BETWEEN(2, 8), ANY, BETWEEN(0, 3)),
	STEP(p2p_map, ONLY(0), BETWEEN(2, 8)),
	STEP(io_dropped, ONLY(0), BETWEEN(2, 8), ANY, BETWEEN(0, 7)),
	STEP(unmap, ONLY(0)),
	STEP(unmap, ONLY(1)),
	{},
};

static const struct stress_step others[] = {
	STEP(register, ONLY(0), ONLY(1), ANY, ONLY(1)),
	STEP(unregister, ANY, ONLY(1)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(free_after_new_registration) = {
	.name = "free-after-new-registration",
	.summary = "P2P memory of one BAR is freed while another BAR is registered",
	.hazards = { 4 },
	.needs = NEED_TWO_BARS,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 3,
		  .in_order = true, .turns = 20, .jitter_us = 3000 },
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 2, .jitter_us = 3000 },
		{ .name = "other", .steps = others, .in_order = true,
		  .turns = 3, .jitter_us = 10000 },
	},
	.after = after,
};
