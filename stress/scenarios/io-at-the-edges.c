// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: direct I/O with the first and the last pages of a BAR, plain, in vectors
 * and in batches, and I/O that goes on behind the end of what is mapped, while the
 * memory is taken off the bus or reset.
 *
 * Oracle: what a read has brought is compared, every byte; I/O ends where the mapping
 * does, and changes neither memory behind that nor who has the pages behind it; I/O does
 * not fail on its way; what was mapped before a reset is a SIGBUS; nothing arrives after
 * one; all memory comes back.
 *
 * Provenance: hazard 16, where ranges end: the frames next to those of the BAR
 * belong to another device, or to nobody.
 */
#include "../stress.h"

static const struct stress_step first[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step last[] = {
	STEP(register, ONLY(-1), ONLY(1)),
	{},
};

/* while somebody looks whether anything arrives, nobody gets memory */
#define SOON ONLY(500)

static const struct stress_step users[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(500, 512), SOON),
	STEP(disk_read, ONLY(0), BETWEEN(0, 2), BETWEEN(1, 64)),
	STEP(disk_read, ONLY(0), BETWEEN(480, 511), BETWEEN(1, 64)),
	STEP(uring_read, ONLY(0), BETWEEN(-16, 64)),
	STEP(aio_read, ONLY(0), BETWEEN(-16, -1)),
	STEP(disk_scatter, ONLY(0), BETWEEN(-16, -1)),
	STEP(read_over_end, ONLY(0)),
	STEP(disk_write, ONLY(0), BETWEEN(480, 511), BETWEEN(1, 64)),
	STEP(uring_write, ONLY(0), BETWEEN(-16, 64)),
	STEP(aio_write, ONLY(0), BETWEEN(-16, -1)),
	STEP(disk_gather, ONLY(0), BETWEEN(-16, -1)),
	STEP(write_over_end, ONLY(0)),
	STEP(uring_fixed, ONLY(0), BETWEEN(480, 511), BETWEEN(1, 64)),
	STEP(touch, ONLY(0), BETWEEN(500, 511)),
	STEP(unmap, ONLY(0)),
	STEP(p2p_map_soon, ONLY(1), BETWEEN(1, 12), SOON),
	STEP(p2p_map_soon, ONLY(2), BETWEEN(1, 500), SOON),
	STEP(disk_readv, ONLY(1), ONLY(2)),
	STEP(aio_read, ONLY(1), BETWEEN(-12, 12)),
	STEP(disk_scatter, ONLY(1), BETWEEN(-12, 12)),
	STEP(disk_gather, ONLY(1), BETWEEN(-12, 12)),
	STEP(aio_write, ONLY(1), BETWEEN(-12, 12)),
	STEP(unmap, ONLY(1)),
	STEP(unmap, ONLY(2)),
	{},
};

static const struct stress_step takers[] = {
	STEP(reset, ONLY(POWER_MEMORY)),
	STEP(reset_epoch, ONLY(POWER_HOT_RESET), ONLY(512)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

#define EDGE_SCENARIO(id, text, what)                                          \
	SCENARIO(io_at_##id) = {                                               \
		.name = "io-at-the-" text,                                     \
		.summary = "direct I/O with the " what " pages of a BAR",      \
		.hazards = { 16 },                                             \
		.needs = NEED_DISK,                                            \
		.before = id,                                                  \
		.actors = {                                                    \
			{ .name = "user", .steps = users, .min = 1, .max = 2,  \
			  .in_order = true, .turns = 4, .jitter_us = 3000 },   \
			{ .name = "taker", .steps = takers, .in_order = true,  \
			  .turns = 2, .jitter_us = 200000, .even = true },     \
		},                                                             \
		.after = after,                                                \
		.pace = STRESS_SLOW,                                           \
	}

EDGE_SCENARIO(first, "begin", "first");
EDGE_SCENARIO(last, "end", "last");
