// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a device is closed, or closed and unbound, with dma-bufs that were revoked for
 * good, that are in use by an importer, and that another thread closes at that time.
 *
 * Oracle: the kernel's own, for references of the device that are dropped twice; the
 * device can be opened again; nobody attaches to what is left of before.
 *
 * Provenance: closing takes the memory from all importers, also where that was done
 * before; a fix for that came with a second put (hazard 25).
 */
#include "../stress.h"

#define LEND                                                                   \
	STEP(export, ONLY(SLOT_SHARED(0)), ANY, ONLY(1), ONLY(0)),             \
		STEP(export, ONLY(SLOT_SHARED(1)), ANY, ONLY(1), ONLY(0)),     \
		STEP(export, ONLY(SLOT_SHARED(2)), ANY, ONLY(1), ONLY(0)),     \
		STEP(dmabuf_revoke, ONLY(SLOT_SHARED(1))),                     \
		STEP(reset, ONLY(POWER_MEMORY), ONLY(0))

static const struct stress_step owners[] = {
	LEND, STEP(reopen), LEND, STEP(rebind), {},
};

static const struct stress_step closers[] = {
	STEP(dmabuf_close, BETWEEN(SLOT_SHARED(0), SLOT_SHARED(2))),
	{},
};

static const struct stress_step importers[] = {
	STEP(import, ONLY(0), BETWEEN(SLOT_SHARED(0), SLOT_SHARED(2))),
	OFTEN(2, import_map, ONLY(0)),
	STEP(import_close, ONLY(0)),
	{},
};

SCENARIO(close_with_revoked) = {
	.name = "close-with-revoked",
	.summary = "the device is closed with dma-bufs that were revoked",
	.hazards = { 25 },
	.actors = {
		{ .name = "owner", .steps = owners, .in_order = true,
		  .turns = 2, .jitter_us = 500 },
		{ .name = "closer", .steps = closers, .max = 2,
		  .in_order = true, .turns = 8, .jitter_us = 30000 },
		{ .name = "importer", .steps = importers, .max = 1,
		  .min_calls = 4, .max_calls = 16, .jitter_us = 20000 },
	},
	.points = { "vfio_pci_dma_buf_cleanup:100..3000us/0.5",
		    "vfio_pci_dma_buf_release:100..3000us/0.5",
		    "vfio_pci_dma_buf_cleanup+any:100..3000us/0.7" },
	.alone = true,
};
