// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: memory is unmapped, given up by MADV_DONTNEED, or moved by mremap(), while a
 * slow disk has I/O with it in flight; others want memory at once; and a reset, or the
 * end of the registration, takes away what there is.
 *
 * Oracle: who gets memory meanwhile has it alone: what is written there stays. What is
 * written to the disk is what was there when the write began. What was moved has what
 * was read. All memory comes back, and no I/O fails on its way.
 *
 * Provenance: hazard 29, with I/O as the last user of each page: it comes back where
 * the I/O ends, one page after the other, when nothing is mapped any more.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

#define MAP STEP(p2p_map_soon, ONLY(0), BETWEEN(4, 32), ONLY(100))
#define SLOW_READ BETWEEN(2, 3)
#define SLOW_IO BETWEEN(2, 7)

static const struct stress_step users[] = {
	MAP,
	STEP(io_unmapped, ONLY(0), BETWEEN(2, 16), ANY, SLOW_IO),
	MAP,
	STEP(io_dropped, ONLY(0), BETWEEN(2, 16), ANY, SLOW_IO),
	MAP,
	STEP(io_moved, ONLY(0), BETWEEN(2, 16), ANY, SLOW_IO),
	STEP(disk_read, ONLY(1)),
	MAP,
	STEP(io_unmapped, ONLY(0), BETWEEN(8, 32), ANY, BETWEEN(0, 1)),
	STEP(unmap, ONLY(1)),
	{},
};

static const struct stress_step neighbours[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 32)),
	STEP(disk_read, ONLY(0)),
	STEP(p2p_keep, ONLY(0)),
	STEP(dontneed, ONLY(0)),
	STEP(p2p_keep, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step takers[] = {
	OFTEN(2, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	STEP(reset, BETWEEN(POWER_RESET, POWER_HOT_RESET)),
	STEP(unregister_any),
	OFTEN(2, register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister_any),
	{},
};

SCENARIO(io_against_unmap) = {
	.name = "io-against-unmap",
	.summary = "memory is unmapped, dropped and moved with I/O in flight",
	.hazards = { 29 },
	.needs = NEED_SLOW_DISK,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 2, .jitter_us = 3000 },
		{ .name = "process", .steps = users, .in_order = true,
		  .turns = 2, .jitter_us = 3000, .process = true },
		{ .name = "neighbour", .steps = neighbours, .min = 1, .max = 2,
		  .in_order = true, .turns = 24, .jitter_us = 10000 },
		{ .name = "taker", .steps = takers, .min_calls = 2,
		  .max_calls = 8, .jitter_us = 200000, .even = true },
	},
	.after = after,
	.points = {
		"p2pdma_folio_free:1ms..10ms/0.3",
		"p2pdma_folio_free+any:100us..5ms/0.3",
		"gen_pool_free_owner:1ms..10ms/0.3",
	},
	.pace = STRESS_LENGTHY,
};

/*
 * Race: the same with struct pages of a dma-buf, which are faulted in again where they
 * were dropped, and written from as well; it is closed, and made anew, meanwhile.
 */
static const struct stress_step pages_before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(1)),
	{},
};

#define MAP_BAR STEP(bar_map, ONLY(0), BETWEEN(0, 496), BETWEEN(4, 32))

static const struct stress_step page_users[] = {
	MAP_BAR,
	STEP(io_dropped, ONLY(0), BETWEEN(2, 16), ANY, SLOW_IO),
	STEP(disk_write, ONLY(0)),
	STEP(io_dropped, ONLY(0), BETWEEN(2, 16), ANY, BETWEEN(0, 1)),
	STEP(io_unmapped, ONLY(0), BETWEEN(2, 16), ANY, SLOW_READ),
	MAP_BAR,
	STEP(aio_write, ONLY(0)),
	STEP(io_moved, ONLY(0), BETWEEN(2, 16), ANY, SLOW_IO),
	STEP(disk_gather, ONLY(1)),
	STEP(uring_write, ONLY(1)),
	STEP(unmap, ONLY(0)),
	STEP(unmap, ONLY(1)),
	{},
};

static const struct stress_step page_takers[] = {
	OFTEN(2, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	STEP(reset, BETWEEN(POWER_RESET, POWER_HOT_RESET)),
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	OFTEN(3, export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(1)),
	{},
};

static const struct stress_step unused[] = {
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(expect_unused),
	{},
};

SCENARIO(page_io_against_unmap) = {
	.name = "page-io-against-unmap",
	.summary = "struct pages of a dma-buf are unmapped with I/O in flight",
	.hazards = { 29, 31 },
	.needs = NEED_SLOW_DISK | NEED_DMABUF_PAGES,
	.before = pages_before,
	.actors = {
		{ .name = "user", .steps = page_users, .min = 1, .max = 2,
		  .in_order = true, .turns = 2, .jitter_us = 3000 },
		{ .name = "process", .steps = page_users, .min = 0, .max = 1,
		  .in_order = true, .turns = 2, .jitter_us = 3000,
		  .process = true },
		{ .name = "taker", .steps = page_takers, .min_calls = 2,
		  .max_calls = 8, .jitter_us = 200000, .even = true },
	},
	.after = unused,
	.points = {
		"vfio_pci_pages_fault:100..2000us/0.3",
		"vfio_pci_pages_kill:100..3000us/0.5",
	},
	.pace = STRESS_SLOW,
};
