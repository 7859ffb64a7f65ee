// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: any of all scenarios, in an order that is drawn, on each device that can do
 * it, and strangers in it, who do at random what anybody may do: use memory, and
 * reset the device. And races of nobody but such: all that can be done to a BAR, its
 * memory and its device, by threads and processes at once.
 *
 * Oracle: all that there are. Since nobody knows what comes about, every operation
 * may end with whatever is right at any time; what access, data and DMA are judged
 * by holds here as in each scenario of its own.
 *
 * Provenance: the races that nobody has thought of. It is also the measure for the
 * others: a planted bug has to be found here, too.
 */
#include "../stress.h"

#define SLOTS BETWEEN(0, SLOT_NR_OWN - 1)

/* who waits for stalled I/O may first wait for others who do, one after the other */
#define TIMEOUT_MS 3000
#define BOUND_MS 10000

/* longer than the slow disk takes for all of its I/O: some resets do not wait on */
#define REGISTER_MS BETWEEN(2000, TIMEOUT_MS)

/* a dma-buf keeps the BAR from being registered: not where that is done before */
#define EXPORT(n)                                                              \
	{                                                                      \
		.op = &op_export, .weight = (n), .half = STRESS_WITHOUT        \
	}

#define EXPORT_RANGES                                                          \
	{                                                                      \
		.op = &op_export_ranges, .half = STRESS_WITHOUT                \
	}

static const struct stress_step before[] = {
	STEP(register, BETWEEN(0, 1), BETWEEN(1, 2), REGISTER_MS),
	STEP(register, BETWEEN(0, 1), BETWEEN(1, 2), REGISTER_MS, ONLY(1)),
	{},
};

/* what those who share an open device do */
static const struct stress_step owners[] = {
	OFTEN(4, register, BETWEEN(0, 1), BETWEEN(1, 2), REGISTER_MS),
	OFTEN(3, unregister, BETWEEN(6000, 10000)),
	STEP(register, BETWEEN(0, 1), BETWEEN(1, 2), REGISTER_MS, ONLY(1)),
	STEP(unregister, BETWEEN(6000, 10000), ONLY(1)),
	OFTEN(2, register_failing, ONLY(1), BETWEEN(0, 7), ANY, REGISTER_MS),
	STEP(query),
	STEP(read_pool),
	EXPORT(3),
	EXPORT_RANGES,
	OFTEN(3, dmabuf_close),
	STEP(dmabuf_revoke),
	OFTEN(2, reset, ONLY(POWER_RESET)),
	STEP(reset_killed),
	STEP(reset_epoch, ONLY(POWER_RESET), ONLY(256)),
	STEP(reset, ONLY(POWER_HOT_RESET)),
	STEP(twin_reset),
	STEP(reset, ONLY(POWER_SYSFS)),
	STEP(reset, ONLY(POWER_BRIDGE)),
	STEP(reset, ONLY(POWER_MEMORY)),
	OFTEN(2, off_epoch, BETWEEN(POWER_MEMORY, POWER_LOW), ONLY(256)),
	STEP(reset, ONLY(POWER_LOW)),
	STEP(reset, ONLY(POWER_D3HOT)),
	STEP(reset, ONLY(POWER_FLR)),
	STEP(reset, ONLY(POWER_AF_FLR)),
	STEP(pf_reset),
	OFTEN(2, bar_map, SLOTS, ANY, BETWEEN(1, 64)),
	OFTEN(2, dmabuf_map),
	OFTEN(3, touch),
	{},
};

/* on a disk that is not slow */
#define DIRECT_IO                                                              \
	OFTEN(3, disk_write), OFTEN(2, disk_readv), OFTEN(2, aio_read),        \
		OFTEN(2, uring_read), STEP(aio_write), STEP(uring_write),      \
		STEP(uring_fixed), STEP(disk_scatter), STEP(disk_gather)

#define REGIONS(from)                                                          \
	STEP(mr_register, SLOTS, from), STEP(mr_write, SLOTS),                 \
		STEP(mr_read, SLOTS), STEP(mr_deregister, SLOTS)

/* what anybody does who has memory */
static const struct stress_step users[] = {
	OFTEN(4, p2p_map),
	OFTEN(2, p2p_map_soon),
	STEP(p2p_map, SLOTS, BETWEEN(256, 512)),
	STEP(hold, SLOTS, BETWEEN(100, 2000)),
	STEP(map_sweep, SLOTS, BETWEEN(1, 4)),
	OFTEN(2, map_failing, SLOTS, BETWEEN(1, 2)),
	OFTEN(2, bar_map, SLOTS, ANY, BETWEEN(1, 64)),
	EXPORT(2),
	EXPORT_RANGES,
	OFTEN(2, dmabuf_map),
	STEP(dmabuf_compare),
	STEP(dmabuf_close),
	OFTEN(6, touch),
	OFTEN(4, disk_read),
	DIRECT_IO,
	STEP(slow_read),
	STEP(aio_read, SLOTS, ANY, ANY, ONLY(1)),
	STEP(uring_read, SLOTS, ANY, ANY, ONLY(1)),
	STEP(aio_write, SLOTS, ANY, ANY, ONLY(1)),
	STEP(stalled_read, SLOTS, ANY, BETWEEN(1, 50)),
	STEP(stalled_read, SLOTS, ANY, ANY, ONLY(BOUND_MS)),
	STEP(stalled_io, SLOTS, ANY, BETWEEN(1, 50)),
	STEP(pressure, BETWEEN(1, 8)),
	OFTEN(2, dontneed),
	STEP(unmap),
	STEP(unmap_part),
	STEP(mremap),
	STEP(io_unmapped, SLOTS, BETWEEN(1, 8), ANY, BETWEEN(0, 7)),
	STEP(io_dropped, SLOTS, BETWEEN(1, 8), ANY, BETWEEN(0, 7)),
	STEP(io_moved, SLOTS, BETWEEN(1, 8), ANY, BETWEEN(0, 7)),
	STEP(read_over_end),
	STEP(write_over_end),
	STEP(p2p_keep),
	OFTEN(2, fork, SLOTS, ANY, BETWEEN(100, 20000)),
	STEP(die_in_io),
	STEP(die_importing),
	STEP(die_in_region),
	OFTEN(2, hold, SLOTS, BETWEEN(5, 50)),
	STEP(import),
	STEP(import_map),
	STEP(import_dma),
	STEP(import_unmap),
	STEP(import_close),
	REGIONS(ANY),
	STEP(ioas_map),
	STEP(ioas_unmap),
	{},
};

/* in this order, or there is hardly ever I/O that faults one page after the other */
static const struct stress_step readers[] = {
	STEP(export, ONLY(0), ONLY(0), ONLY(1), ONLY(1)),
	STEP(bar_map, ONLY(0), BETWEEN(0, 448), ONLY(64)),
	STEP(disk_read, ONLY(0), ONLY(0), BETWEEN(8, 64)),
	STEP(dontneed, ONLY(0), ONLY(0), ONLY(64)),
	STEP(uring_read, ONLY(0), BETWEEN(8, 64)),
	STEP(dontneed, ONLY(0), ONLY(0), ONLY(64)),
	STEP(aio_read, ONLY(0), BETWEEN(8, 32), ANY, ONLY(1)),
	STEP(dontneed, ONLY(0), ONLY(0), ONLY(64)),
	STEP(disk_read, ONLY(0), ONLY(0), BETWEEN(8, 64)),
	STEP(dmabuf_close, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

/* there is P2P memory for most of the time, each time another */
static const struct stress_step registrars[] = {
	STEP(unregister, BETWEEN(6000, 10000)),
	STEP(register, BETWEEN(0, 1), BETWEEN(1, 2), REGISTER_MS),
	{},
};

/* some that comes and goes, and some that a disk writes to when it is taken away */
static const struct stress_step mappers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 4), ANY),
	STEP(unmap, ONLY(0)),
	STEP(p2p_map_soon, ONLY(0), BETWEEN(8, 16), ANY),
	STEP(aio_read, ONLY(0), BETWEEN(8, 16), ANY, ONLY(1)),
	{},
};

/* another process, which sees it where a zap leaves its mapping out */
static const struct stress_step holders[] = {
	STEP(bar_map, ONLY(0), BETWEEN(0, 496), BETWEEN(1, 16)),
	STEP(hold, ONLY(0), BETWEEN(300, 1000)),
	STEP(unmap, ONLY(0)),
	{},
};

/* memory that one of them cannot map after all is the other one's */
static const struct stress_step failers[] = {
	OFTEN(2, map_failing, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(1), BETWEEN(1, 2)),
	STEP(touch, ONLY(1)),
	STEP(unmap, ONLY(1)),
	{},
};

/* what was to be undone with the driver is */
static const struct stress_step after[] = {
	SELDOM(4, rebind),
	{},
};

#define SHARED BETWEEN(SLOT_SHARED(0), SLOT_SHARED(2))

/*
 * Strangers leave registrations and exports alone, on which others count, and end
 * what they do soon: others may wait for it, with limits of their own.
 */
static const struct stress_step guests[] = {
	OFTEN(4, p2p_map),
	STEP(p2p_map, SLOTS, BETWEEN(64, 256)),
	OFTEN(2, p2p_map_soon, SLOTS, ANY, BETWEEN(1, 20)),
	OFTEN(2, bar_map, SLOTS, ANY, BETWEEN(1, 64)),
	OFTEN(2, dmabuf_map, SLOTS, SHARED),
	OFTEN(6, touch),
	OFTEN(3, disk_read),
	DIRECT_IO,
	STEP(stalled_read, SLOTS, ANY, BETWEEN(1, 20)),
	STEP(stalled_io, SLOTS, ANY, BETWEEN(1, 20)),
	OFTEN(2, dontneed),
	STEP(unmap),
	STEP(unmap_part),
	STEP(mremap),
	STEP(io_unmapped, SLOTS, ANY, ANY, BETWEEN(0, 1)),
	STEP(io_dropped, SLOTS, ANY, ANY, BETWEEN(4, 5)),
	STEP(io_moved),
	STEP(read_over_end),
	STEP(p2p_keep),
	STEP(fork, SLOTS, ANY, BETWEEN(100, 10000)),
	STEP(die_in_io, SLOTS, ANY, BETWEEN(0, 10000)),
	{},
};

static const struct stress_step lenders[] = {
	OFTEN(2, import, SLOTS, SHARED),
	OFTEN(3, import_map, SLOTS),
	STEP(import_unmap, SLOTS),
	STEP(import_close, SLOTS),
	STEP(die_importing, SHARED, ANY, BETWEEN(0, 20000)),
	STEP(die_in_region, SHARED, ANY, BETWEEN(0, 20000)),
	REGIONS(SHARED),
	STEP(ioas_map, SHARED),
	STEP(ioas_unmap, SHARED),
	OFTEN(2, dmabuf_map, SLOTS, SHARED),
	STEP(dmabuf_compare),
	OFTEN(3, touch),
	STEP(read_pool),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(2, reset, ONLY(POWER_RESET)),
	STEP(reset, ONLY(POWER_HOT_RESET)),
	STEP(twin_reset),
	STEP(reset, ONLY(POWER_SYSFS)),
	STEP(reset, ONLY(POWER_BRIDGE)),
	OFTEN(3, reset, ONLY(POWER_MEMORY), BETWEEN(0, 5000)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 5000)),
	STEP(reset, ONLY(POWER_D3HOT), BETWEEN(0, 5000)),
	STEP(reset, ONLY(POWER_FLR)),
	STEP(reset, ONLY(POWER_AF_FLR)),
	{},
};

#define AS_LONG_AS_OTHERS 200 /* turns, at most */

static const struct stress_actor strangers[] = {
	{ .name = "guest",
	  .steps = guests,
	  .min_calls = 6,
	  .max_calls = 16,
	  .turns = AS_LONG_AS_OTHERS,
	  .jitter_us = 5000 },
	{ .name = "visitor",
	  .steps = guests,
	  .min_calls = 6,
	  .max_calls = 16,
	  .turns = AS_LONG_AS_OTHERS,
	  .jitter_us = 5000,
	  .process = true },
	{ .name = "lender",
	  .steps = lenders,
	  .min_calls = 6,
	  .max_calls = 16,
	  .turns = AS_LONG_AS_OTHERS,
	  .jitter_us = 5000 },
	{ .name = "resetter",
	  .steps = resetters,
	  .min_calls = 1,
	  .max_calls = 4,
	  .turns = AS_LONG_AS_OTHERS,
	  .jitter_us = 100000 },
	{},
};

SCENARIO(everything) = {
	.name = "everything",
	.summary = "all that can be done, at random",
	.before = before,
	.before_half = true,
	.actors = {
		{ .name = "owner", .steps = owners, .min = 1, .max = 2,
		  .min_calls = 4, .max_calls = 16, .turns = 2,
		  .jitter_us = 5000 },
		{ .name = "user", .steps = users, .min = 1, .max = 3,
		  .min_calls = 4, .max_calls = 32, .turns = 2,
		  .jitter_us = 2000 },
		{ .name = "process", .steps = users, .min = 1, .max = 2,
		  .min_calls = 4, .max_calls = 32, .turns = 2,
		  .jitter_us = 2000, .process = true },
		{ .name = "reader", .steps = readers, .in_order = true,
		  .turns = 3, .jitter_us = 500, .half = STRESS_WITHOUT },
		{ .name = "registrar", .steps = registrars, .in_order = true,
		  .turns = 4, .jitter_us = 200000, .half = STRESS_WITH },
		{ .name = "mapper", .steps = mappers, .min = 1, .max = 2,
		  .in_order = true, .turns = 8, .jitter_us = 5000,
		  .process = true, .half = STRESS_WITH },
		{ .name = "holder", .steps = holders, .in_order = true,
		  .turns = 3, .jitter_us = 100000, .process = true },
		{ .name = "failer", .steps = failers, .min = 2, .max = 2,
		  .min_calls = 8, .max_calls = 24, .turns = 8,
		  .jitter_us = 500, .process = true, .half = STRESS_WITH },
	},
	.after = after,
	.strangers = strangers,
	.limit_ms = 120000,
	.each_provider = true,
	.points = {
		"pci_p2pdma_wait_idle:100..3000us/0.5",
		"p2pmem_alloc_mmap:100..2000us/0.3",
		"p2pmem_alloc_mmap+return:0us/0.5,hold=100ms",
		"p2pdma_wake:0us/0.5,meet=0a,wait=600ms,most=4&"
		"pci_p2pdma_pagemap_release+return:0us,meet=0b",
		"p2pdma_folio_free:50..500us/0.1,any",
		"pci_p2pdma_freeze_resource:0us/0.5,hold=80ms",
		"unmap_mapping_pages:0us/0.3,hold=60ms",
		"vfio_pci_dma_buf_move:100..3000us/0.5",
		"vfio_pci_pages_fault:100..2000us/0.3",
		"vfio_pci_pages_kill:100..3000us/0.5",
		"dma_buf_invalidate_mappings+return:100..3000us/0.5",
		"vfio_pci_p2p_quiesce+return:100..3000us/0.5",
		"gen_pool_free_owner+return:1ms..5ms/0.3",
		"p2pmem_alloc_mmap+any:100..2000us/0.2",
		"pci_p2pdma_freeze_resource+any:100..3000us/0.5",
		"vfio_pci_dma_buf_move+any:100..3000us/0.5",
		"vfio_pci_pages_fault+any:100..2000us/0.3",
	},
	.pace = STRESS_LENGTHY,
};
