// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a dma-buf is revoked for good, by its number, before, during and after
 * resets, of which each gives all the others their memory back.
 *
 * Oracle: from when the revocation has returned, access by a mapping of the dma-buf
 * is a SIGBUS, and nobody attaches to it or maps it, whatever happens to the device.
 *
 * Provenance: the end of a reset and a revocation write the same word; one of them
 * is for ever (hazard 36).
 */
#include "../stress.h"

static const struct stress_step owners[] = {
	STEP(export, ONLY(0), ANY, ONLY(1), ONLY(0)),
	STEP(dmabuf_map, ONLY(1), ONLY(0)),
	STEP(touch, ONLY(1)),
	STEP(import, ONLY(0), ONLY(0)),
	STEP(import_map, ONLY(0)),
	STEP(dmabuf_revoke, ONLY(0)),
	STEP(touch, ONLY(1)),
	STEP(reset, ONLY(POWER_MEMORY), ONLY(0)),
	STEP(touch, ONLY(1)),
	STEP(import, ONLY(2), ONLY(0)),
	STEP(import_map, ONLY(2)),
	STEP(ioas_map, ONLY(0)),
	STEP(ioas_unmap, ONLY(0)),
	STEP(touch, ONLY(1)),
	STEP(import_close, ONLY(0)),
	STEP(import_close, ONLY(2)),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(4, reset, ONLY(POWER_MEMORY), BETWEEN(0, 500)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 500)),
	STEP(reset, ONLY(POWER_RESET), ONLY(0)),
	{},
};

SCENARIO(revoked_for_good) = {
	.name = "revoked-for-good",
	.summary = "resets do not bring back what was revoked for good",
	.hazards = { 36 },
	.needs = NEED_RESET,
	.actors = {
		{ .name = "owner", .steps = owners, .min = 1, .max = 2,
		  .in_order = true, .turns = 3, .jitter_us = 300 },
		{ .name = "resetter", .steps = resetters, .max = 1,
		  .min_calls = 4, .max_calls = 16, .jitter_us = 2000 },
	},
	.points = { "vfio_pci_core_feature_dma_buf_revoke:100..3000us/0.5",
		    "dma_buf_invalidate_mappings:100..3000us/0.5",
		    "vfio_pci_core_feature_dma_buf_revoke+any:100..3000us/0.5" },
};
