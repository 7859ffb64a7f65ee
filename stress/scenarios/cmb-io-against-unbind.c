// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: other disks do direct I/O with an NVMe's CMB while the driver that gives
 * it out is unbound, or the device is removed from the bus and found again.
 *
 * Oracle: data of I/O while the driver has the device; no mapping survives it;
 * unbinding waits for I/O, however slow, and ends then; all memory comes back.
 *
 * Provenance: hazard 2. I/O has pages of the memory, and references for them, that
 * nobody can take away: the last of them may be the last of all.
 */
#include "../stress.h"

static const struct stress_step readers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 16), ONLY(2000)),
	STEP(disk_read, ONLY(0)),
	STEP(disk_write, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step slow_readers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(4, 16), ONLY(2000)),
	STEP(slow_read, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step unbinders[] = {
	OFTEN(2, cmb_rebind),
	OFTEN(1, cmb_replug),
	{},
};

static const struct stress_step after[] = {
	STEP(cmb_expect_free),
	{},
};

SCENARIO(cmb_io_against_unbind) = {
	.name = "cmb-io-against-unbind",
	.summary = "direct I/O with a CMB while its driver is unbound",
	.hazards = { 2 },
	.needs = NEED_CMB | NEED_DISK,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 10, .jitter_us = 2000 },
		{ .name = "process", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 10, .jitter_us = 2000,
		  .process = true },
		{ .name = "slow", .steps = slow_readers,
		  .in_order = true, .turns = 4, .jitter_us = 2000 },
		{ .name = "unbinder", .steps = unbinders, .min_calls = 1,
		  .max_calls = 3, .jitter_us = 50000 },
	},
	.after = after,
	.points = {
		"gen_pool_alloc_algo_owner+return:1ms..20ms/0.5",
		"p2pdma_folio_free:1ms..10ms/0.3",
		"percpu_ref_kill_and_confirm:1ms..20ms/0.5",
		"unmap_mapping_range:1ms..20ms/0.3",
	},
	.pace = STRESS_LENGTHY,
};
