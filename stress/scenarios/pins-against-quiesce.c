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

static const struct stress_step readers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(16, 64)),
	STEP(aio_read, ONLY(0), BETWEEN(8, 48), ANY, ONLY(1)),
	STEP(touch, ONLY(0)),
	STEP(p2p_map_soon, ONLY(0), BETWEEN(16, 64)),
	STEP(uring_read, ONLY(0), BETWEEN(8, 48), ANY, ONLY(1)),
	STEP(touch, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset_epoch, BETWEEN(POWER_RESET, POWER_HOT_RESET), ONLY(192)),
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
		  .in_order = true, .turns = 3, .jitter_us = 20000 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 3, .jitter_us = 50000 },
	},
	.after = after,
	.points = {
		/* long enough for I/O to begin */
		"unmap_mapping_pages:0us/0.5,hold=60ms",
		"unmap_mapping_pages:1ms..20ms/0.5",
		"gup_fast_fallback:0us..2ms/0.3",
	},
};
