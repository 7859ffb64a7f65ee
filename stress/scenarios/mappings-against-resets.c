// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the BAR is used as Linux 7.3 can have it used: by mappings of the device file,
 * made, split, forked and dropped, and by the DMA of another device that imports a
 * dma-buf of it; while its user resets the device by each way that it has, or takes
 * its memory off the bus.
 *
 * Oracle: nobody reaches memory that is off, by old mappings or new ones; nothing
 * arrives once a reset has returned until somebody begins anew.
 *
 * Provenance: the paths on which the series freezes P2P memory as well. Each of them
 * zaps and revokes on its own (hazards 16, 17 and 23), and what was right without
 * struct pages has to stay so: this runs on an unmodified kernel.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	STEP(bar_map, ONLY(SLOT_SHARED(1)), ONLY(0), ONLY(64)),
	{},
};

static const struct stress_step users[] = {
	STEP(bar_map, ONLY(0), BETWEEN(0, 256), BETWEEN(4, 64)),
	STEP(touch, ONLY(0)),
	STEP(touch, ONLY(SLOT_SHARED(1)), BETWEEN(0, 63), BETWEEN(1, 8)),
	STEP(fork, ONLY(0), BETWEEN(1, 4), BETWEEN(2000, 30000)),
	STEP(dontneed, ONLY(0)),
	STEP(touch, ONLY(0)),
	STEP(unmap_part, ONLY(0)),
	STEP(touch, ONLY(0)),
	STEP(mremap, ONLY(0)),
	STEP(touch, ONLY(0)),
	{},
};

static const struct stress_step importers[] = {
	STEP(import, ONLY(0), ONLY(SLOT_SHARED(0))),
	STEP(import_map, ONLY(0)),
	STEP(import_dma, ONLY(0), ANY, ONLY(1)),
	STEP(import_unmap, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset_epoch, BETWEEN(POWER_RESET, POWER_HOT_RESET), ONLY(192)),
	STEP(reset_epoch, BETWEEN(POWER_FLR, POWER_AF_FLR), ONLY(192)),
	STEP(off_epoch, ONLY(POWER_MEMORY), ONLY(192)),
	STEP(reset, ONLY(POWER_D3HOT)),
	{},
};

SCENARIO(mappings_against_resets) = {
	.name = "mappings-against-resets",
	.summary = "mappings of the BAR and DMA to a dma-buf against all resets",
	.needs = NEED_RESET,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 6, .jitter_us = 2000 },
		{ .name = "importer", .steps = importers, .max = 1,
		  .in_order = true, .turns = 2, .jitter_us = 2000 },
		{ .name = "resetter", .steps = resetters, .min_calls = 3,
		  .max_calls = 8, .jitter_us = 20000, .even = true },
	},
	.points = { "vfio_pci_vmf_insert_pfn:100..3000us/0.5",
		    "dma_buf_invalidate_mappings:100..3000us/0.5",
		    "vfio_pci_dma_buf_move+any:100..3000us/0.5" },
	.each_provider = true,
	.pace = STRESS_SLOW,
};
