// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a reset takes mappings of P2P memory away and waits for those who have
 * pages of it pinned. Direct I/O with a mapping that is there all the time pins
 * its pages by fast GUP, which takes no lock.
 *
 * Oracle: nothing arrives in the memory once the reset has returned, until
 * somebody maps it anew; what was mapped before is a SIGBUS; what a read has
 * brought is compared.
 *
 * Provenance: fast GUP looks at page tables without a lock, and takes a page
 * that a zap on another CPU is just removing (hazard 12). Whoever waits for the
 * memory to be idle before the zap misses it.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

/*
 * Mapped once, and read into again and again: who waits for the pages finds them
 * idle in between. Each read takes longer than memory takes to go.
 */
#define PAUSE STEP(touch, ONLY(0), ONLY(0), ONLY(1))

static const struct stress_step readers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(16, 32)),
	PAUSE,
	PAUSE,
	STEP(aio_read, ONLY(0), BETWEEN(16, 32), ANY, ONLY(1)),
	PAUSE,
	PAUSE,
	STEP(uring_read, ONLY(0), BETWEEN(16, 32), ANY, ONLY(1)),
	PAUSE,
	PAUSE,
	STEP(aio_read, ONLY(0), BETWEEN(16, 32), ANY, ONLY(1)),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(15, reset_epoch, ONLY(POWER_MEMORY), ONLY(128)),
	STEP(reset_epoch, BETWEEN(POWER_RESET, POWER_HOT_RESET), ONLY(128)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(pins_against_quiesce) = {
	.name = "pins-against-quiesce",
	.summary = "direct I/O with a mapping that stays, while a reset waits for pins",
	.hazards = { 12 },
	.needs = NEED_RESET | NEED_SLOW_DISK,
	.before = before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .jitter_us = 30000 },
		{ .name = "resetter", .steps = resetters, .min_calls = 2,
		  .max_calls = 4, .jitter_us = 50000 },
	},
	.after = after,
	.points = {
		/* long enough for I/O to begin */
		"unmap_mapping_range<p2pdma_pagemap_wait_idle:0us/0.5,hold=40ms",
		"unmap_mapping_range<p2pdma_pagemap_wait_idle:5ms..20ms",
		"pci_p2pdma_wait_idle+any:100us..5ms/0.3",
	},
};
