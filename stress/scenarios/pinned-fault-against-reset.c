// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: direct I/O has pinned the first page of its buffer, in a mapping of a
 * BAR for which a dma-buf has struct pages, and faults the next one, while the
 * device is reset.
 *
 * Oracle: both come to their end in time, far below what a reset waits for pins;
 * what a read has brought is compared.
 *
 * Provenance: hazard 14. A fault that sleeps on a lock which the reset holds
 * while it waits for the pin is a deadlock until one of them gives up.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(1)),
	{},
};

/* each has pages of its own: what one reads must not be the other's */
#define READER(id, first)                                                      \
	static const struct stress_step id[] = {                               \
		STEP(bar_map, ONLY(0), ONLY(first), ONLY(64)),                 \
		STEP(disk_read, ONLY(0), ONLY(0), BETWEEN(4, 64)),             \
		STEP(dontneed, ONLY(0), ONLY(0), ONLY(64)),                    \
		STEP(uring_read, ONLY(0), BETWEEN(4, 64)),                     \
		STEP(dontneed, ONLY(0), ONLY(0), ONLY(64)),                    \
		STEP(aio_read, ONLY(0), BETWEEN(4, 64)),                       \
		STEP(unmap, ONLY(0)),                                          \
		{},                                                            \
	}

READER(first_reader, 0);
READER(second_reader, 256);

static const struct stress_step resetters[] = {
	STEP(reset, ONLY(POWER_RESET)),
	{},
};

static const struct stress_step after[] = {
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(expect_unused),
	{},
};

SCENARIO(pinned_fault_against_reset) = {
	.name = "pinned-fault-against-reset",
	.summary = "direct I/O pins one page and faults the next, against resets",
	.hazards = { 14 },
	.needs = NEED_RESET | NEED_DMABUF_PAGES,
	.before = before,
	.actors = {
		{ .name = "reader", .steps = first_reader, .in_order = true,
		  .turns = 6, .jitter_us = 2000 },
		{ .name = "second", .steps = second_reader, .in_order = true,
		  .turns = 6, .jitter_us = 2000 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 6, .jitter_us = 20000 },
	},
	.after = after,
	.limit_ms = 45000,
	.pace = STRESS_SLOW,
	.points = {
		/* most faults are not of a buffer's first page: until a reset comes */
		"vfio_pci_pages_fault:1ms..5ms/0.3,meet=0a,wait=100ms,most=8&"
		"vfio_pci_lock_zap_and_revoke:0us,meet=0b",
		"vfio_pci_pages_fault:100us..5ms/0.5",
		"gup_fast_fallback:100us..5ms/0.1",
		"vfio_pci_pages_fault+any:100us..5ms/0.5",
	},
};
