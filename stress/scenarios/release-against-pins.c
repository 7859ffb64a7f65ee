// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a dma-buf that has struct pages is closed or revoked while direct I/O has
 * some of them pinned; then another one of the same range is made. The pages have to
 * stay until the I/O is done, and until then nobody else may have them.
 *
 * Oracle: while I/O is known to have a page, no dma-buf gets other struct pages of
 * that range, and the BAR cannot be registered; the kernel's own: pages that are
 * freed busy, an oops when they are unpinned; what a read has brought is compared; in
 * the end all pages are idle.
 *
 * Provenance: closing a file must not wait for I/O, so the pages outlive the dma-buf
 * that they came with (hazard 31).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(1)),
	STEP(bar_map, ONLY(SLOT_SHARED(1)), ONLY(0), ONLY(64)),
	STEP(bar_map, ONLY(SLOT_SHARED(2)), BETWEEN(64, 511), ONLY(1)),
	{},
};

/* each one has pages of its own: what it has read is what is there */
static const struct stress_step slow_readers[] = {
	STEP(slow_read, ONLY(SLOT_SHARED(1)), BETWEEN(0, 8), BETWEEN(1, 8)),
	{},
};

static const struct stress_step readers[] = {
	STEP(disk_read, ONLY(SLOT_SHARED(1)), BETWEEN(16, 24), BETWEEN(1, 8)),
	STEP(touch, ONLY(SLOT_SHARED(1)), BETWEEN(32, 48), ANY),
	{},
};

/* a userfaultfd holds it with its first page pinned */
static const struct stress_step pinners[] = {
	STEP(stalled_read, ONLY(SLOT_SHARED(2)), ANY, BETWEEN(20, 60), ONLY(0)),
	STEP(stalled_io, ONLY(SLOT_SHARED(2)), ANY, BETWEEN(20, 60), ONLY(0)),
	{},
};

/* where one is refused, a later one may find the I/O done */
#define EXPORT STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(1))

static const struct stress_step closers[] = {
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	EXPORT,
	EXPORT,
	STEP(dmabuf_revoke, ONLY(SLOT_SHARED(0))),
	EXPORT,
	EXPORT,
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(register, ONLY(0), ONLY(1)),
	STEP(unregister_any),
	EXPORT,
	EXPORT,
	{},
};

static const struct stress_step after[] = {
	STEP(unmap, ONLY(SLOT_SHARED(2))),
	STEP(unmap, ONLY(SLOT_SHARED(1))),
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(expect_unused),
	{},
};

SCENARIO(release_against_pins) = {
	.name = "release-against-pins",
	.summary = "a dma-buf's struct pages go while I/O has them pinned",
	.hazards = { 31 },
	.needs = NEED_DMABUF_PAGES,
	.before = before,
	.actors = {
		{ .name = "slow-reader", .steps = slow_readers,
		  .in_order = true, .turns = 12, .jitter_us = 10000 },
		{ .name = "reader", .steps = readers, .in_order = true,
		  .turns = 24, .jitter_us = 10000 },
		{ .name = "pinner", .steps = pinners, .min = 1, .max = 2,
		  .in_order = true, .turns = 20, .jitter_us = 2000 },
		{ .name = "closer", .steps = closers, .in_order = true,
		  .turns = 4, .jitter_us = 20000 },
	},
	.after = after,
	.pace = STRESS_SLOW,
	/* it has pinned its first page when userfaultfd stalls the second */
	.points = { "vfio_pci_pages_kill:0us/0.7,meet=0a,wait=100ms&"
		    "handle_userfault:0us,meet=0b",
		    "vfio_pci_pages_kill:100..3000us/0.5",
		    "pci_p2pdma_pages_destroy:100..3000us/0.5",
		    "vfio_pci_pages_kill+any:100..3000us/0.5" },
};
