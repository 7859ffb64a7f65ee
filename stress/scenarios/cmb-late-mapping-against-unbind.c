// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: mmap() of an NVMe's CMB inserts pages, one after the
 * other, while the driver is unbound. Those who map do it again and again until
 * there is no more.
 *
 * Oracle: from when no more memory is to be had, a mapping that was made is taken
 * away within ten seconds, so that unbinding does not wait for who has it.
 *
 * Provenance: hazard 1. A mapping is found by those who take it away only when
 * mmap() has inserted its pages and returned. Linux 7.3 looks for mappings once.
 */
#include "../stress.h"

#define HOLD_MS 15000

static const struct stress_step mappers[] = {
	STEP(p2p_map_soon, ONLY(0), ONLY(1), ONLY(2000)),
	STEP(p2p_map_last, ONLY(0), BETWEEN(1, 128), ONLY(3000)),
	STEP(touch, ONLY(0)),
	STEP(hold, ONLY(0), ONLY(HOLD_MS)),
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

SCENARIO(cmb_late_mapping_against_unbind) = {
	.name = "cmb-late-mapping-against-unbind",
	.summary = "a long mmap() of a CMB while its driver is unbound",
	.hazards = { 1 },
	.needs = NEED_CMB,
	.actors = {
		{ .name = "mapper", .steps = mappers, .min = 1, .max = 3,
		  .in_order = true, .turns = 3, .jitter_us = 5000,
		  .process = true },
		{ .name = "unbinder", .steps = unbinders, .in_order = true,
		  .turns = 3, .jitter_us = 50000 },
	},
	.after = after,
	.points = {
		/* behind the last reference that removal of the file waits for */
		"kernfs_fop_mmap+return:0us/0.7,hold=150ms",
		"kernfs_fop_mmap+return:0us/0.7,hold=50ms",
		"kernfs_fop_mmap+return:0us/0.7,hold=400ms",
		"p2pmem_alloc_mmap+return:0us/0.7,hold=50ms",
		"p2pmem_alloc_mmap+return:0us/0.7,hold=150ms",
		"p2pmem_alloc_mmap+return:0us/0.7,hold=400ms",
		"vm_insert_page:50us..500us/0.1",
		"vm_insert_page+return:1ms..5ms/0.1",
	},
	.pace = STRESS_LENGTHY,
};
