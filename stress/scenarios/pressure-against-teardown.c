// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: P2P memory is mapped, used, forked and freed while the machine is short
 * of memory: what is free is used up until pages of caches are taken back, by kswapd
 * and by whoever allocates, pages are moved, caches dropped; meanwhile the memory is
 * taken off the bus, registered and unregistered.
 *
 * Oracle: the kernel's own; what a read has brought is compared; all memory comes
 * back.
 *
 * Provenance: hazard 29, with reclaim and compaction, which look at all page
 * tables, struct pages of devices among them.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(16, 128)),
	STEP(disk_read, ONLY(0), ANY, BETWEEN(1, 32)),
	STEP(fork, ONLY(0), ANY, BETWEEN(100, 5000)),
	STEP(dontneed, ONLY(0)),
	STEP(uring_read, ONLY(0)),
	STEP(unmap_part, ONLY(0)),
	{},
};

static const struct stress_step pressers[] = {
	STEP(pressure),
	{},
};

static const struct stress_step takers[] = {
	STEP(reset, ONLY(POWER_MEMORY), BETWEEN(0, 5000)),
	STEP(unregister),
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister_any),
	{},
};

SCENARIO(pressure_against_teardown) = {
	.name = "pressure-against-teardown",
	.summary = "P2P memory is used and taken away while memory is scarce",
	.hazards = { 29 },
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 6, .jitter_us = 3000 },
		{ .name = "process", .steps = users, .min = 0, .max = 1,
		  .in_order = true, .turns = 6, .jitter_us = 3000,
		  .process = true },
		{ .name = "presser", .steps = pressers, .in_order = true,
		  .turns = 3, .jitter_us = 3000 },
		{ .name = "taker", .steps = takers, .in_order = true,
		  .turns = 3, .jitter_us = 10000 },
	},
	.after = after,
	.pace = STRESS_LENGTHY,
};
