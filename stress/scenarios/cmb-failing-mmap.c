// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: mmap() of an NVMe's CMB fails half way and gives its memory back, while
 * others allocate that very memory and use it; then the driver is unbound.
 *
 * Oracle: the kernel's own, which looks at the count of a page that it hands out;
 * memory of one's own keeps what is written; all of it comes back; unbinding ends.
 *
 * Provenance: hazard 5, the count of a page is to be set back before the memory is
 * free for others; Linux 7.3 does it after. Hazard 8, the references of the path
 * that undoes some of it.
 */
#include "../stress.h"

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
	STEP(cmb_expect_free),
	STEP(cmb_rebind, ONLY(0)),
	{},
};

/* processes, as in failing-mmap-against-allocation */
SCENARIO(cmb_failing_mmap) = {
	.name = "cmb-failing-mmap",
	.summary = "mmap() of a CMB that fails against others that allocate it",
	.hazards = { 5, 8 },
	.needs = NEED_CMB,
	.actors = {
		{ .name = "sweeper", .steps = sweepers, .in_order = true },
		{ .name = "failer", .steps = failers, .min = 1, .max = 2,
		  .in_order = true, .turns = 30, .jitter_us = 100,
		  .process = true },
		{ .name = "mapper", .steps = mappers, .min = 1, .max = 2,
		  .in_order = true, .turns = 300, .jitter_us = 1000,
		  .process = true },
	},
	.after = after,
	.points = {
		"p2pdma_reset_count:1ms..20ms/0.7",
		"p2pdma_reset_count:5ms..20ms/0.7",
		"gen_pool_free_owner+return:1ms..10ms/0.3",
		"gen_pool_free_owner+return:5ms..20ms/0.7",
		"gen_pool_free_owner+return<p2pmem_alloc_mmap:5ms..20ms/0.7",
		"gen_pool_alloc_algo_owner+return:1ms..10ms/0.3",
		"vm_insert_page+return:100us..2ms/0.1",
		"vm_insert_page:100us..2ms/0.1",
	},
	.pace = STRESS_LENGTHY,
};
