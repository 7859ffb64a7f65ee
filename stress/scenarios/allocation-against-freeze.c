// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: P2P memory is allocated at the moment at which it is frozen, to be taken
 * off the bus or to be removed.
 *
 * Oracle: while memory is off nobody gets or reaches any; the removal ends in
 * time; all memory comes back.
 *
 * Provenance: hazard 2. Whoever allocates looks at whether memory is frozen, and
 * takes it a moment later: to be waited for by a grace period, or it is missed.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step mappers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 4)),
	STEP(touch, ONLY(0)),
	STEP(p2p_keep, ONLY(0)),
	STEP(touch, ONLY(0)),
	{},
};

static const struct stress_step freezers[] = {
	OFTEN(16, reset, ONLY(POWER_MEMORY), BETWEEN(15000, 40000)),
	OFTEN(1, unregister),
	OFTEN(3, register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister_any),
	{},
};

SCENARIO(allocation_against_freeze) = {
	.name = "allocation-against-freeze",
	.summary = "P2P memory is allocated while it is frozen or removed",
	.hazards = { 2 },
	.before = before,
	.actors = {
		{ .name = "mapper", .steps = mappers, .min = 2, .max = 3,
		  .in_order = true, .turns = 60, .jitter_us = 4000,
		  .even = true },
		/* memory is on about as long as it is off */
		{ .name = "freezer", .steps = freezers, .min_calls = 8,
		  .max_calls = 20, .jitter_us = 20000, .even = true },
	},
	.after = after,
	.pace = STRESS_SLOW,
	.points = {
		/* who allocates goes on while memory is off: not much later */
		"gen_pool_alloc_algo_owner:5ms..20ms/0.3",
		"gen_pool_alloc_algo_owner+return:5ms..20ms/0.3",
		"gen_pool_alloc_algo_owner<p2pdma_alloc:2ms..20ms/0.5",
		"pci_p2pdma_freeze_resource+any:1ms..20ms/0.5",
		"p2pmem_alloc_mmap+any:1ms..10ms/0.3",
	},
};
