// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: memory of an NVMe's CMB is given up page by page, by MADV_DONTNEED,
 * munmap() and mremap(), inherited by children that are killed, while the driver
 * is unbound and takes all of it away.
 *
 * Oracle: the kernel's own, BUG in genalloc above all; pages that two have get
 * wrong data; unbinding ends; all memory comes back.
 *
 * Provenance: hazard 29. One mmap() is one allocation, and it comes back in
 * pieces: each page is freed by its own last reference, and by nothing else.
 */
#include "../stress.h"

static const struct stress_step users[] = {
	OFTEN(4, p2p_map, BETWEEN(0, 1), BETWEEN(4, 64)),
	OFTEN(2, touch, BETWEEN(0, 1)),
	OFTEN(3, dontneed, BETWEEN(0, 1)),
	OFTEN(3, unmap_part, BETWEEN(0, 1)),
	OFTEN(2, mremap, BETWEEN(0, 1), BETWEEN(0, 1)),
	OFTEN(2, disk_read, BETWEEN(0, 1)),
	OFTEN(1, p2p_keep, BETWEEN(0, 1)),
	OFTEN(1, unmap, BETWEEN(0, 1)),
	OFTEN(1, fork, BETWEEN(0, 1), ANY, BETWEEN(100, 20000)),
	{},
};

static const struct stress_step unbinders[] = {
	STEP(cmb_rebind),
	{},
};

static const struct stress_step after[] = {
	STEP(cmb_expect_free),
	{},
};

SCENARIO(cmb_pieces_against_unbind) = {
	.name = "cmb-pieces-against-unbind",
	.summary = "a CMB is given up page by page while its driver is unbound",
	.hazards = { 29 },
	.needs = NEED_CMB,
	.actors = {
		{ .name = "process", .steps = users, .min = 1, .max = 2,
		  .min_calls = 10, .max_calls = 40, .turns = 2,
		  .jitter_us = 5000, .process = true },
		{ .name = "thread", .steps = users, .min = 1, .max = 2,
		  .min_calls = 10, .max_calls = 40, .turns = 2,
		  .jitter_us = 5000 },
		{ .name = "unbinder", .steps = unbinders,
		  .in_order = true, .turns = 2, .jitter_us = 20000 },
	},
	.after = after,
	.points = {
		"p2pdma_folio_free:1ms..10ms/0.3",
		"gen_pool_free_owner:1ms..10ms/0.3",
		"unmap_mapping_range:1ms..20ms/0.3",
		"vm_insert_page:100us..2ms/0.2",
	},
	.pace = STRESS_LENGTHY,
};
