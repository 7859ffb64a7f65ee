// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: dma-bufs of several ranges, of single pages, of a BAR's end, are mapped, in
 * part or as a whole, imported, and made memory regions of, while they are revoked,
 * closed, and taken off the bus.
 *
 * Oracle: what is written to a page of a dma-buf, by the CPU, an importer or RDMA, is
 * found in that page of the BAR which is its, wherever ranges begin and end; nothing
 * can be reached that is off or revoked; the kernel's own.
 *
 * Provenance: a dma-buf of several ranges was mapped to the wrong ones (patch 6), and
 * huge pages must not go on behind a range (patch 21); hazard 23 otherwise.
 */
#include "../stress.h"

#define SHARED BETWEEN(SLOT_SHARED(0), SLOT_SHARED(1))
#define OFFSET BETWEEN(0, 511)
#define LENGTH BETWEEN(0, 600) /* 0: all */

static const struct stress_step before[] = {
	STEP(export_ranges, ONLY(SLOT_SHARED(0))),
	STEP(export_ranges, ONLY(SLOT_SHARED(1))),
	{},
};

static const struct stress_step users[] = {
	STEP(dmabuf_map, ONLY(0), SHARED, OFFSET, LENGTH),
	STEP(dmabuf_compare, ONLY(0)),
	STEP(dmabuf_compare, ONLY(0), ONLY(0), BETWEEN(64, 512)),
	STEP(dmabuf_map, ONLY(1), SHARED),
	STEP(dmabuf_compare, ONLY(1)),
	STEP(touch, ONLY(1), ANY, ANY, ONLY(1)),
	STEP(dmabuf_compare, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step importers[] = {
	OFTEN(2, import, ONLY(0), SHARED),
	OFTEN(2, import_map, ONLY(0)),
	OFTEN(2, import_dma, ONLY(0), ANY, ONLY(1)),
	STEP(import_unmap, ONLY(0)),
	STEP(import_close, ONLY(0)),
	OFTEN(2, mr_register, ONLY(1), SHARED),
	OFTEN(2, mr_write, ONLY(1)),
	STEP(mr_read, ONLY(1)),
	STEP(mr_deregister, ONLY(1)),
	STEP(ioas_map, SHARED),
	STEP(ioas_unmap, SHARED),
	{},
};

static const struct stress_step takers[] = {
	OFTEN(3, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	STEP(reset, BETWEEN(POWER_RESET, POWER_HOT_RESET)),
	STEP(dmabuf_revoke, SHARED),
	STEP(dmabuf_close, SHARED),
	OFTEN(6, export_ranges, SHARED),
	{},
};

SCENARIO(ranges_of_dmabufs) = {
	.name = "ranges-of-dmabufs",
	.summary = "dma-bufs of several ranges of a BAR, mapped and imported",
	.hazards = { 23 },
	.needs = NEED_DMABUF_MMAP,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 8, .jitter_us = 2000 },
		{ .name = "process", .steps = users, .min = 0, .max = 1,
		  .in_order = true, .turns = 8, .jitter_us = 2000,
		  .process = true },
		{ .name = "importer", .steps = importers, .min = 1, .max = 2,
		  .min_calls = 8, .max_calls = 24, .jitter_us = 2000 },
		{ .name = "taker", .steps = takers, .min_calls = 4,
		  .max_calls = 24, .jitter_us = 20000 },
	},
	.points = { "vfio_pci_dma_buf_huge_fault:100..3000us/0.5",
		    "dma_buf_invalidate_mappings:100..3000us/0.5",
		    "vfio_pci_dma_buf_move+any:100..3000us/0.5" },
	.pace = STRESS_SLOW,
};

/*
 * Race: direct I/O with struct pages of a dma-buf of several ranges, the last pages of
 * the BAR among them, while some of them are taken off the bus, and it is closed.
 */
static const struct stress_step pages_before[] = {
	STEP(export_ranges, ONLY(SLOT_SHARED(0)), BETWEEN(1, 3),
	     BETWEEN(0, 65535), ONLY(1)),
	{},
};

static const struct stress_step readers[] = {
	STEP(bar_map_last, ONLY(0), BETWEEN(1, 64)),
	STEP(disk_read, ONLY(0)),
	STEP(uring_read, ONLY(0), BETWEEN(-16, -1)),
	STEP(aio_write, ONLY(0), BETWEEN(-16, -1)),
	STEP(read_over_end, ONLY(0)),
	STEP(write_over_end, ONLY(0)),
	STEP(dontneed, ONLY(0)),
	STEP(disk_gather, ONLY(0), BETWEEN(-16, -1)),
	STEP(bar_map, ONLY(1), BETWEEN(0, 4095), BETWEEN(32, 512)),
	STEP(disk_read, ONLY(1), BETWEEN(0, 511), BETWEEN(1, 64)),
	STEP(disk_write, ONLY(1), BETWEEN(0, 511), BETWEEN(1, 64)),
	{},
};

static const struct stress_step closers[] = {
	STEP(reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	STEP(reset, BETWEEN(POWER_RESET, POWER_HOT_RESET)),
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	OFTEN(3, export_ranges, ONLY(SLOT_SHARED(0)), BETWEEN(1, 3),
	      BETWEEN(0, 65535), ONLY(1)),
	{},
};

static const struct stress_step after[] = {
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(expect_unused),
	{},
};

SCENARIO(io_with_ranges) = {
	.name = "io-with-ranges",
	.summary = "direct I/O with struct pages of several ranges of a BAR",
	.hazards = { 31 },
	.needs = NEED_DMABUF_PAGES | NEED_DISK,
	.before = pages_before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 8, .jitter_us = 2000 },
		{ .name = "process", .steps = readers, .min = 0, .max = 1,
		  .in_order = true, .turns = 8, .jitter_us = 2000,
		  .process = true },
		{ .name = "closer", .steps = closers, .min_calls = 4,
		  .max_calls = 16, .jitter_us = 50000 },
	},
	.after = after,
	.points = { "vfio_pci_pages_kill:100..3000us/0.5",
		    "vfio_pci_pages_fault:100..2000us/0.3",
		    "vfio_pci_pages_kill+any:100..3000us/0.5" },
	.pace = STRESS_SLOW,
};
