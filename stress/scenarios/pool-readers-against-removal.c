// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: sysfs tells the size of the P2P memory and how much of it is free, and
 * hands memory out, while the BAR is registered and unregistered.
 *
 * Oracle: the kernel's own, KASAN above all; in the end all memory is free.
 *
 * Provenance: hazard 3. The files stay open while the pool that they look at
 * goes: it may only go after those who found it are done.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step readers[] = {
	STEP(read_pool),
	{},
};

static const struct stress_step mappers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 16)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step unregisterers[] = {
	STEP(unregister),
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(pool_readers_against_removal) = {
	.name = "pool-readers-against-removal",
	.summary = "p2pmem/size, available and allocate against the end of the pool",
	.hazards = { 3 },
	.before = before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 2, .max = 3,
		  .in_order = true, .turns = 400, .jitter_us = 500 },
		{ .name = "mapper", .steps = mappers, .min = 1, .max = 2,
		  .in_order = true, .turns = 30, .jitter_us = 500 },
		{ .name = "unregister", .steps = unregisterers,
		  .in_order = true, .turns = 4, .jitter_us = 5000 },
	},
	.after = after,
	.points = {
		/* until somebody looks at the pool */
		"gen_pool_destroy+return:1ms..20ms/0.9,meet=0a,wait=30ms&"
		"gen_pool_size:0us,meet=0b",
		"gen_pool_size:100us..5ms/0.3",
		"gen_pool_avail:100us..5ms/0.3",
		"gen_pool_alloc_algo_owner:100us..5ms/0.3",
		"pci_p2pdma_remove_resource+any:100us..5ms/0.5",
	},
};
