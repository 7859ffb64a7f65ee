// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: direct I/O faults in and pins pages of P2P memory while the device is
 * reset. The reset freezes the memory, takes the mappings away and waits for
 * what is pinned; I/O that begins meanwhile has to find no page, and I/O that
 * was under way has to have ended.
 *
 * Oracle: whoever has a mapping of before the reset gets SIGBUS afterwards; what
 * a read has brought is compared; all memory comes back in the end.
 *
 * Provenance: fast GUP looks at page tables without a lock, and takes a page
 * that a zap on another CPU has just removed (hazard 12); a mapping made while
 * the reset waits must find the memory frozen (13).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), BETWEEN(1, 2)),
	{},
};

static const struct stress_step readers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(touch, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	STEP(disk_write, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	STEP(touch, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset, BETWEEN(POWER_RESET, POWER_RESET)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(reads_against_resets) = {
	.name = "reads-against-resets",
	.summary = "direct I/O into P2P memory while the device is reset",
	.hazards = { 12, 13 },
	.needs = NEED_RESET,
	.before = before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 2, .max = 4,
		  .in_order = true, .turns = 8, .jitter_us = 2000 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 2, .jitter_us = 20000 },
	},
	.after = after,
	.points = {
		"pci_p2pdma_zap_resource:100..3000us/0.5",
		"unmap_mapping_range<p2pdma_pagemap_wait_idle:5ms..20ms/0.5",
		"pci_p2pdma_wait_idle+any:100us..5ms/0.3",
	},
};
