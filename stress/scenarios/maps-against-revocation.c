// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: an importer maps a dma-buf again as soon as it was told to give it up,
 * while the memory goes off the bus. The exporter must refuse from before it tells
 * importers: what is mapped in between is told nothing.
 *
 * Oracle: a mapping that succeeded is kept until it is revoked, or until nobody
 * takes the memory off any more; a call that waits for one it has not told does not
 * return. What is mapped while memory is off is wrong as well, and so is a count of
 * references that begins anew.
 *
 * Provenance: vfio_pci_dma_buf_move() sets its flag under the lock that mapping
 * takes, drops that, and waits for the mappings there are (hazard 23).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	{},
};

static const struct stress_step importers[] = {
	STEP(import, ONLY(0), ONLY(SLOT_SHARED(0))),
	STEP(import_map, ONLY(0)),
	STEP(import_hold, ONLY(0)),
	STEP(import_map, ONLY(0)),
	STEP(import_hold, ONLY(0)),
	STEP(import_unmap, ONLY(0)),
	STEP(import_map, ONLY(0)),
	STEP(import_hold, ONLY(0)),
	STEP(import_map, ONLY(0)),
	STEP(import_hold, ONLY(0)),
	STEP(import_close, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset, ONLY(POWER_MEMORY), BETWEEN(0, 500)),
	{},
};

SCENARIO(maps_against_revocation) = {
	.name = "maps-against-revocation",
	.summary = "importers map a dma-buf again while its memory goes off",
	.hazards = { 23 },
	.before = before,
	.actors = {
		{ .name = "importer", .steps = importers, .min = 1, .max = 3,
		  .in_order = true, .turns = 32, .jitter_us = 300 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 96, .jitter_us = 2000 },
	},
	.points = {
		/* until an importer has mapped it, or has been refused */
		"wait_for_completion<vfio_pci_dma_buf_set_status:0us/0.7,"
		"meet=0a,wait=20ms,most=16&"
		"vfio_pci_dma_buf_map+return:0us,meet=0b",
		"dma_buf_invalidate_mappings+return:100..3000us/0.5",
		"vfio_pci_dma_buf_unmap+return:100..3000us/0.5",
		"vfio_pci_dma_buf_move+any:100..3000us/0.5",
	},
};
