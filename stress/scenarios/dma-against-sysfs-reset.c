// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a device does DMA to a dma-buf that another device lends it, while that one
 * is reset by somebody who has not got it open: through sysfs, or with all that is
 * below its bridge.
 *
 * Oracle: when the reset has returned, no byte of the memory changes until somebody
 * begins anew; a mark that the importer writes after it has lost its mapping does
 * not arrive.
 *
 * Provenance: pci_reset_function() asks the driver only by reset_prepare(), which
 * vfio-pci of Linux 7.3 has not got (hazard 33).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	{},
};

/* one DMA takes as long as a reset: the second is under way when that returns */
static const struct stress_step importers[] = {
	STEP(import, ONLY(0), ONLY(SLOT_SHARED(0)), ONLY(0)),
	STEP(import_map, ONLY(0)),
	STEP(import_dma, ONLY(0), ANY, ONLY(1)),
	STEP(import_dma, ONLY(0), ANY, ONLY(1)),
	STEP(import_dma, ONLY(0), ANY, ONLY(1)),
	STEP(import_stale, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(3, reset_epoch, ONLY(POWER_SYSFS), ONLY(512)),
	STEP(reset_epoch, ONLY(POWER_BRIDGE), ONLY(512)),
	{},
};

SCENARIO(dma_against_sysfs_reset) = {
	.name = "dma-against-sysfs-reset",
	.summary = "DMA to a dma-buf while others reset its device",
	.hazards = { 33 },
	.needs = NEED_SYSFS_RESET,
	.before = before,
	.actors = {
		{ .name = "importer", .steps = importers, .in_order = true,
		  .jitter_us = 500 },
		{ .name = "resetter", .steps = resetters, .max_calls = 1,
		  .jitter_us = 60000, .even = true },
	},
	.points = { "dma_buf_invalidate_mappings:100..3000us/0.5",
		    "vfio_pci_dma_buf_move+any:100..3000us/0.5" },
};
