// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: mmap() of P2P memory fails half way and gives its memory back, while
 * others allocate that very memory and use it.
 *
 * Oracle: the kernel's own, which looks at the count of a page that it hands out;
 * memory of one's own keeps what is written; all of it comes back.
 *
 * Provenance: hazard 5. The count of a page has to be set back before the memory
 * is free for others, not after. Linux 7.3 does it after.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step sweepers[] = {
	STEP(map_sweep, ONLY(0), ONLY(1)),
	{},
};

/* page tables and their locks are the last that is allocated */
static const struct stress_step failers[] = {
	STEP(map_failing, ONLY(0), BETWEEN(1, 3), BETWEEN(0, 3)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step mappers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 3)),
	STEP(p2p_keep, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

/*
 * Processes: the threads of one could not map anything while another one is slow
 * in mmap().
 */
SCENARIO(failing_mmap_against_allocation) = {
	.name = "failing-mmap-against-allocation",
	.summary = "mmap() of P2P memory that fails against others that allocate it",
	.hazards = { 5 },
	.before = before,
	.actors = {
		{ .name = "sweeper", .steps = sweepers, .in_order = true },
		{ .name = "failer", .steps = failers, .min = 1, .max = 2,
		  .in_order = true, .turns = 30, .jitter_us = 100,
		  .process = true },
		{ .name = "mapper", .steps = mappers, .min = 1, .max = 2,
		  .in_order = true, .turns = 120, .jitter_us = 1000,
		  .process = true },
	},
	.after = after,
	.limit_ms = 60000,
	.pace = STRESS_SLOW,
	.points = {
		/* until somebody has allocated memory */
		"p2pdma_reset_count:1ms..10ms/0.9,meet=0a,wait=30ms&"
		"gen_pool_alloc_algo_owner+return:0us,meet=0b",
		"gen_pool_free_owner+return:1ms..10ms/0.3",
		"vm_insert_page+return:100us..2ms/0.1",
		"p2pmem_alloc_mmap+any:100us..5ms/0.2",
	},
};
