// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a device does DMA to a dma-buf that another device lends it, while that one
 * is reset, or its memory goes off the bus. A revocation waits for what is under
 * way; an importer that goes on afterwards is stopped by the IOMMU.
 *
 * Oracle: when the reset has returned, no byte of the memory changes until somebody
 * begins anew; a mark that the importer writes after it has lost its mapping does
 * not arrive.
 *
 * Provenance: dma_buf_invalidate_mappings() only tells; the fences and the count of
 * mappings are what has to be waited for (hazard 23).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	{},
};

static const struct stress_step importers[] = {
	STEP(import, ONLY(0), ONLY(SLOT_SHARED(0)), ONLY(0)),
	STEP(import_map, ONLY(0)),
	STEP(import_dma, ONLY(0), ANY, ONLY(1)),
	STEP(import_stale, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset_epoch, ONLY(POWER_RESET), ONLY(512)),
	OFTEN(3, reset_epoch, ONLY(POWER_MEMORY), ONLY(512)),
	{},
};

SCENARIO(dma_against_revocation) = {
	.name = "dma-against-revocation",
	.summary = "DMA to a dma-buf while its device is reset, and after",
	.hazards = { 23 },
	.needs = NEED_RESET,
	.before = before,
	.actors = {
		{ .name = "importer", .steps = importers, .in_order = true,
		  .turns = 2, .jitter_us = 500 },
		{ .name = "resetter", .steps = resetters, .max_calls = 2,
		  .turns = 2, .jitter_us = 60000 },
	},
	.points = { "dma_buf_invalidate_mappings:100..3000us/0.5",
		    "vfio_pci_dma_buf_move+any:100..3000us/0.5" },
};
