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

/*
 * Race: the same with dma-bufs, their struct pages, importers and memory regions, which
 * are revoked and closed meanwhile.
 */
#define LEND_PAGES STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(1))
#define LEND_RANGES STEP(export_ranges, ONLY(SLOT_SHARED(1)))

static const struct stress_step lent[] = {
	LEND_PAGES,
	LEND_RANGES,
	{},
};

static const struct stress_step lenders[] = {
	STEP(reset, ONLY(POWER_MEMORY), BETWEEN(0, 5000)),
	STEP(dmabuf_revoke, ONLY(SLOT_SHARED(1))),
	LEND_RANGES,
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	LEND_PAGES,
	{},
};

static const struct stress_step page_users[] = {
	STEP(bar_map, ONLY(0), BETWEEN(0, 448), BETWEEN(16, 64)),
	STEP(disk_read, ONLY(0), ANY, BETWEEN(1, 32)),
	STEP(io_dropped, ONLY(0), BETWEEN(1, 16), ANY, BETWEEN(0, 5)),
	STEP(disk_write, ONLY(0)),
	STEP(fork, ONLY(0), ANY, BETWEEN(100, 5000)),
	STEP(dmabuf_map, ONLY(1), ONLY(SLOT_SHARED(1))),
	STEP(dmabuf_compare, ONLY(1)),
	STEP(fork, ONLY(1), ANY, BETWEEN(100, 5000)),
	STEP(unmap_part, ONLY(0)),
	{},
};

/* in any order, since there may be but one kind of them */
static const struct stress_step importers[] = {
	OFTEN(2, import, ONLY(0), ONLY(SLOT_SHARED(1))),
	OFTEN(3, import_map, ONLY(0)),
	STEP(import_dma, ONLY(0)),
	STEP(import_close, ONLY(0)),
	OFTEN(2, mr_register, ONLY(1), ONLY(SLOT_SHARED(1))),
	STEP(mr_write, ONLY(1)),
	STEP(mr_read, ONLY(1)),
	STEP(mr_deregister, ONLY(1)),
	{},
};

static const struct stress_step unused[] = {
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(dmabuf_close, ONLY(SLOT_SHARED(1))),
	STEP(expect_unused),
	{},
};

SCENARIO(pressure_against_revocation) = {
	.name = "pressure-against-revocation",
	.summary = "dma-bufs are used and taken away while memory is scarce",
	.hazards = { 23, 29, 31 },
	.needs = NEED_DMABUF_PAGES | NEED_DMABUF_MMAP,
	.before = lent,
	.actors = {
		{ .name = "lender", .steps = lenders, .in_order = true,
		  .turns = 4, .jitter_us = 300000, .even = true },
		{ .name = "user", .steps = page_users, .min = 1, .max = 2,
		  .in_order = true, .turns = 6, .jitter_us = 3000 },
		{ .name = "process", .steps = page_users, .min = 0, .max = 1,
		  .in_order = true, .turns = 6, .jitter_us = 3000,
		  .process = true },
		{ .name = "importer", .steps = importers, .min_calls = 8,
		  .max_calls = 24, .jitter_us = 20000 },
		{ .name = "presser", .steps = pressers, .in_order = true,
		  .turns = 3, .jitter_us = 3000 },
	},
	.after = unused,
	.pace = STRESS_LENGTHY,
};
