// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: P2P memory is given up page by page, by MADV_DONTNEED, munmap() and
 * mremap(), or by the end of a process, also with I/O in flight, while a reset or the
 * end of the registration takes it away as a whole.
 *
 * Oracle: the kernel's own, BUG in genalloc above all; pages that two have get
 * wrong data; who is given memory while I/O has what was given up has it alone; all
 * memory comes back.
 *
 * Provenance: hazard 29. One mmap() is one allocation, and it comes back in
 * pieces: each page is freed by its own last reference, and by nothing else.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	OFTEN(4, p2p_map, BETWEEN(0, 1), BETWEEN(4, 64)),
	OFTEN(2, touch, BETWEEN(0, 1)),
	OFTEN(3, dontneed, BETWEEN(0, 1)),
	OFTEN(3, unmap_part, BETWEEN(0, 1)),
	OFTEN(2, mremap, BETWEEN(0, 1), BETWEEN(0, 1)),
	OFTEN(2, disk_read, BETWEEN(0, 1)),
	STEP(io_unmapped, BETWEEN(0, 1), BETWEEN(1, 8), ANY, BETWEEN(0, 5)),
	STEP(io_dropped, BETWEEN(0, 1), BETWEEN(1, 8), ANY, BETWEEN(0, 5)),
	STEP(io_moved, BETWEEN(0, 1), BETWEEN(1, 8), ANY, BETWEEN(0, 5)),
	OFTEN(1, unmap, BETWEEN(0, 1)),
	OFTEN(1, fork, BETWEEN(0, 1), ANY, BETWEEN(100, 5000)),
	{},
};

static const struct stress_step takers[] = {
	OFTEN(3, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	OFTEN(1, reset, BETWEEN(POWER_RESET, POWER_HOT_RESET)),
	OFTEN(2, unregister),
	OFTEN(3, register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister_any),
	{},
};

SCENARIO(partial_unmap_against_teardown) = {
	.name = "partial-unmap-against-teardown",
	.summary = "P2P memory given up page by page while all of it is taken away",
	.hazards = { 29 },
	.before = before,
	.actors = {
		{ .name = "process", .steps = users, .min = 1, .max = 2,
		  .min_calls = 20, .max_calls = 40, .jitter_us = 2000,
		  .process = true },
		{ .name = "thread", .steps = users, .min = 1, .max = 2,
		  .min_calls = 20, .max_calls = 40, .jitter_us = 2000 },
		{ .name = "taker", .steps = takers, .min_calls = 8,
		  .max_calls = 20, .jitter_us = 5000 },
	},
	.after = after,
	.points = {
		"p2pdma_folio_free:1ms..10ms/0.3",
		"gen_pool_free_owner:1ms..10ms/0.3",
		"vm_insert_page:100us..2ms/0.2",
		"p2pdma_folio_free+any:100us..5ms/0.3",
		"pci_p2pdma_remove_resource+any:100us..5ms/0.5",
	},
};
