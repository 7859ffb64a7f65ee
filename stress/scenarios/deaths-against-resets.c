// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: children with reads of a slow disk in flight, into P2P memory that only
 * they have mapped any more, are killed or exit, while the device is reset, and
 * while its registration ends and begins. Nobody has unmapped anything, waited for
 * the I/O, or closed its file.
 *
 * Oracle: nothing arrives in the memory once the reset has returned, until somebody
 * maps it anew; what others have read into theirs is compared; the dead end, their
 * I/O ends, and all memory comes back.
 *
 * Provenance: hazards 16 and 31 with nobody left who could undo anything: the last
 * page goes back from where the kernel ends a process, or from the end of its I/O.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

/* some resets take a tenth of a second: what flies has to take longer */
static const struct stress_step parents[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(32, 64), ONLY(100)),
	STEP(touch, ONLY(0)),
	STEP(die_in_io, ONLY(0), BETWEEN(32, 64)),
	STEP(p2p_map_soon, ONLY(1), BETWEEN(1, 16), ONLY(100)),
	STEP(disk_read, ONLY(1)),
	STEP(touch, ONLY(1)),
	STEP(unmap, ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 16), ONLY(100)),
	STEP(disk_read, ONLY(0)),
	STEP(p2p_keep, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step takers[] = {
	OFTEN(4, reset_epoch, ONLY(POWER_RESET), ONLY(192)),
	OFTEN(2, reset_epoch, ONLY(POWER_MEMORY), ONLY(192)),
	STEP(reset, ONLY(POWER_MEMORY)),
	STEP(unregister_any),
	OFTEN(2, register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister_any),
	{},
};

SCENARIO(deaths_against_resets) = {
	.name = "deaths-against-resets",
	.summary = "children die with I/O in flight while a device is reset",
	.hazards = { 16, 31 },
	.needs = NEED_RESET | NEED_SLOW_DISK,
	.before = before,
	.actors = {
		{ .name = "parent", .steps = parents, .in_order = true,
		  .turns = 2, .jitter_us = 5000 },
		{ .name = "process", .steps = parents, .in_order = true,
		  .turns = 2, .jitter_us = 5000, .process = true },
		{ .name = "user", .steps = users, .in_order = true,
		  .turns = 6, .jitter_us = 10000 },
		{ .name = "taker", .steps = takers, .min_calls = 3,
		  .max_calls = 8, .jitter_us = 100000, .even = true },
	},
	.after = after,
	.pace = STRESS_LENGTHY,
};

/*
 * Race: the same with struct pages of dma-bufs, whose makers let go of them
 * meanwhile. I/O that a child has begun by libaio has its pages, and nothing of it may
 * arrive after a reset.
 */
static const struct stress_step page_owners[] = {
	STEP(export, ONLY(0), ONLY(0), ONLY(1), ONLY(1)),
	STEP(bar_map, ONLY(0), BETWEEN(0, 448), ONLY(64)),
	STEP(die_in_io, ONLY(0), BETWEEN(8, 32)),
	STEP(dmabuf_close, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step lenders[] = {
	OFTEN(3, export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	STEP(export, ONLY(SLOT_SHARED(1)), ONLY(0), ONLY(1), ONLY(1)),
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(dmabuf_close, ONLY(SLOT_SHARED(1))),
	STEP(dmabuf_revoke, ONLY(SLOT_SHARED(0))),
	OFTEN(2, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	STEP(reset, ONLY(POWER_RESET)),
	STEP(reset_epoch, ONLY(POWER_RESET), ONLY(64)),
	{},
};

static const struct stress_step importers[] = {
	STEP(die_importing, ONLY(SLOT_SHARED(0))),
	STEP(die_in_region, ONLY(SLOT_SHARED(0))),
	{},
};

static const struct stress_step unused[] = {
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(dmabuf_close, ONLY(SLOT_SHARED(1))),
	STEP(expect_unused),
	{},
};

SCENARIO(deaths_against_revocation) = {
	.name = "deaths-against-revocation",
	.summary = "children die with what they have of a dma-buf that is taken away",
	.hazards = { 23, 31 },
	.needs = NEED_RESET | NEED_SLOW_DISK | NEED_DMABUF,
	.actors = {
		{ .name = "owner", .steps = page_owners, .min = 0, .max = 1,
		  .in_order = true, .turns = 3, .jitter_us = 5000 },
		{ .name = "importer", .steps = importers, .max_calls = 3,
		  .turns = 2, .jitter_us = 5000 },
		{ .name = "process", .steps = importers, .max_calls = 3,
		  .turns = 2, .jitter_us = 5000, .process = true },
		{ .name = "lender", .steps = lenders, .min_calls = 8,
		  .max_calls = 24, .turns = 3, .jitter_us = 30000 },
	},
	.after = unused,
	.pace = STRESS_LENGTHY,
};

/*
 * Race: an owner closes a device of which a child of its own has the file, too, and
 * that dies with I/O in flight: there the device is closed, and opened by another
 * owner.
 */
static const struct stress_step owners[] = {
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(0), BETWEEN(16, 64)),
	STEP(reopen_dead, ONLY(0), BETWEEN(16, 64)),
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(0), BETWEEN(1, 16)),
	STEP(disk_read, ONLY(0)),
	STEP(unmap, ONLY(0)),
	STEP(unregister_any),
	{},
};

static const struct stress_step neighbours[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 16)),
	STEP(disk_read, ONLY(0)),
	STEP(touch, ONLY(0)),
	{},
};

SCENARIO(deaths_of_owners) = {
	.name = "deaths-of-owners",
	.summary = "who has the device open last dies with I/O in flight, and another opens it",
	.hazards = { 34 },
	.needs = NEED_SLOW_DISK,
	.actors = {
		{ .name = "owner", .steps = owners, .in_order = true,
		  .turns = 2, .jitter_us = 5000 },
		{ .name = "neighbour", .steps = neighbours, .min = 0, .max = 2,
		  .in_order = true, .turns = 30, .jitter_us = 50000 },
	},
	.alone = true,
	.pace = STRESS_LENGTHY,
};
