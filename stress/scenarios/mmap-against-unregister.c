// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: processes and threads allocate P2P memory by mmap(), use it and give it
 * back, by munmap() or by ending, while the BAR is registered and unregistered, and
 * the device reset.
 *
 * Oracle: the kernel's own: a count below zero, use after free, a cycle of locks
 * (lockdep); unregistration that does not end in time; memory that never comes
 * back.
 *
 * Provenance: hazards 9, a reference too few for what is freed; 11, the wakeup
 * after the last reference went; 35, a lock in mmap() that the removal of the
 * sysfs files waits for, or who resets. All of it is about the last user of memory
 * that goes.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step mappers[] = {
	STEP(p2p_map_soon, ONLY(0), ONLY(1), ONLY(400)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 4), ONLY(400)),
	STEP(touch, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

/* where there is such a disk: who unregisters waits for the end of that */
static const struct stress_step slow_users[] = {
	OFTEN(2, p2p_map_soon, ONLY(0), BETWEEN(1, 4), ONLY(400)),
	OFTEN(2, slow_read, ONLY(0), ANY, BETWEEN(1, 4)),
	{},
};

static const struct stress_step unregisterers[] = {
	STEP(unregister),
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(3, reset, ONLY(POWER_MEMORY), BETWEEN(0, 1000)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 1000)),
	STEP(reset, ONLY(POWER_RESET), ONLY(0)),
	{},
};

/* where memory was off nothing was registered in the end */
static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister_any),
	{},
};

SCENARIO(mmap_against_unregister) = {
	.name = "mmap-against-unregister",
	.summary = "P2P memory is mapped and freed while it is registered and unregistered",
	.hazards = { 9, 11, 35 },
	.before = before,
	.actors = {
		{ .name = "mapper", .steps = mappers,
		  .in_order = true, .turns = 8, .jitter_us = 1000 },
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 4, .jitter_us = 1000,
		  .process = true },
		{ .name = "slow", .steps = slow_users, .min_calls = 4,
		  .max_calls = 8, .jitter_us = 1000, .process = true },
		{ .name = "unregister", .steps = unregisterers,
		  .in_order = true, .turns = 5, .jitter_us = 60000 },
		{ .name = "resetter", .steps = resetters, .min = 0, .max = 1,
		  .min_calls = 1, .max_calls = 6, .jitter_us = 60000 },
	},
	.after = after,
	.pace = STRESS_SLOW,
	.points = {
		/* until the memory is gone, if somebody removes it */
		"p2pdma_wake:0us/0.5,meet=0a,wait=200ms&"
		"pci_p2pdma_pagemap_release+return:0us,meet=0b",
		"__rcu_read_unlock+return<p2pdma_folio_free:5ms..20ms/0.3",
		"p2pdma_folio_free:1ms..10ms/0.3",
		"pci_p2pdma_pagemap_release:1ms..20ms/0.5",
		"p2pdma_folio_free+any:100us..5ms/0.3",
		"pci_p2pdma_pagemap_release+any:1ms..20ms/0.5",
	},
};
