// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: an NVMe's CMB is allocated by mmap() of p2pmem/allocate, used and given
 * back, and sysfs tells its size and how much of it is free, while the driver is
 * unbound and bound again. Nothing of VFIO is in it.
 *
 * Oracle: the kernel's own: use after free of the pool, a count below zero, a
 * cycle of locks; unbinding ends, and takes mappings away; all memory comes back.
 *
 * Provenance: hazards 3, the end of the pool below its readers; 35, a lock in
 * mmap() that the removal of the sysfs files waits for. Unbinding waits for memory
 * without a limit: who has it gives it back soon.
 */
#include "../stress.h"

static const struct stress_step readers[] = {
	STEP(read_pool),
	{},
};

static const struct stress_step mappers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 16)),
	STEP(touch, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 4), ONLY(1000)),
	STEP(p2p_keep, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step unbinders[] = {
	STEP(cmb_rebind),
	{},
};

static const struct stress_step after[] = {
	STEP(cmb_expect_free),
	STEP(cmb_rebind, ONLY(0)),
	STEP(cmb_expect_free),
	{},
};

SCENARIO(cmb_mmap_against_unbind) = {
	.name = "cmb-mmap-against-unbind",
	.summary = "a CMB is allocated and looked at while its driver is unbound",
	.hazards = { 3, 35 },
	.needs = NEED_CMB,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 200, .jitter_us = 500 },
		{ .name = "mapper", .steps = mappers, .min = 1, .max = 2,
		  .in_order = true, .turns = 60, .jitter_us = 500 },
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 8, .jitter_us = 1000,
		  .process = true },
		{ .name = "unbinder", .steps = unbinders,
		  .in_order = true, .turns = 2, .jitter_us = 20000 },
	},
	.after = after,
	.points = {
		/* until the memory is gone, if somebody removes it */
		"p2pdma_wake:0us/0.5,meet=0a,wait=1s,most=4&"
		"pci_p2pdma_pagemap_release+return:0us,meet=0b",
		"gen_pool_destroy+return:1ms..20ms/0.7",
		"gen_pool_size:100us..5ms/0.3",
		"gen_pool_avail:100us..5ms/0.3",
		"gen_pool_alloc_algo_owner:1ms..20ms/0.5",
		"gen_pool_alloc_algo_owner+return:1ms..20ms/0.5",
		"p2pdma_folio_free:1ms..10ms/0.3",
		"__rcu_read_unlock+return<p2pdma_folio_free:5ms..20ms/0.3",
	},
	.pace = STRESS_LENGTHY,
};
