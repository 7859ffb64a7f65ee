// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: while somebody waits for P2P memory to be idle, others map more of it and
 * begin I/O that the disk holds in flight.
 *
 * Oracle: nothing arrives in the memory once it was off; nobody gets or reaches
 * it meanwhile; I/O does not fail on its way; what a read has brought is compared;
 * taking it off ends in time.
 *
 * Provenance: hazard 13. Memory has to be frozen before it is waited for: what is
 * idle now need not be so a moment later.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(4, 32)),
	STEP(aio_read, ONLY(0), BETWEEN(4, 32), ANY, ONLY(1)),
	STEP(p2p_map_soon, ONLY(1), BETWEEN(1, 16)),
	STEP(touch, ONLY(1)),
	STEP(disk_read, ONLY(1)),
	STEP(touch, ONLY(1)),
	{},
};

static const struct stress_step takers[] = {
	OFTEN(8, off_epoch, ONLY(POWER_MEMORY), ONLY(128)),
	STEP(off_epoch, ONLY(POWER_LOW), ONLY(128)),
	STEP(off_epoch, ONLY(POWER_D3HOT), ONLY(128)),
	/* others map memory for as long as it waits: who looks keeps them off */
	STEP(reset, ONLY(POWER_RESET), ONLY(0)),
	STEP(reset, ONLY(POWER_HOT_RESET), ONLY(0)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(mmap_against_quiesce) = {
	.name = "mmap-against-quiesce",
	.summary = "P2P memory is mapped and used while others wait for it to be idle",
	.hazards = { 13 },
	.needs = NEED_SLOW_DISK,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 2, .max = 3,
		  .in_order = true, .turns = 6, .jitter_us = 2000 },
		{ .name = "taker", .steps = takers, .min_calls = 2,
		  .max_calls = 6, .turns = 3, .jitter_us = 10000 },
	},
	.after = after,
	.pace = STRESS_SLOW,
	.points = {
		/* long enough for I/O to begin */
		"pci_p2pdma_freeze_resource:0us/0.8,hold=80ms",
		"pci_p2pdma_freeze_resource:1ms..20ms/0.5",
		"pci_p2pdma_freeze_resource+any:1ms..20ms/0.5",
		"p2pmem_alloc_mmap+any:1ms..10ms/0.3",
	},
};
