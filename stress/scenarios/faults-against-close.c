// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: mappings of a dma-buf live longer than the opening of the device that it is
 * of. Faults come while the device's file is closed, while it is closed, and after
 * it was opened anew.
 *
 * Oracle: after the close every access is a SIGBUS, also when the device is open
 * again; and no complaint by the kernel, which must not follow the dma-buf's
 * pointer to a device without a reference of its own.
 *
 * Provenance: the VMA of a dma-buf holds the dma-buf, not the device (hazard 27).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	STEP(dmabuf_map, ONLY(SLOT_SHARED(0)), ONLY(SLOT_SHARED(0))),
	STEP(dmabuf_map, ONLY(SLOT_SHARED(1)), ONLY(SLOT_SHARED(0))),
	{},
};

static const struct stress_step users[] = {
	STEP(touch, BETWEEN(SLOT_SHARED(0), SLOT_SHARED(1)), BETWEEN(0, 511),
	     BETWEEN(1, 16)),
	{},
};

static const struct stress_step mappers[] = {
	STEP(dmabuf_map, ONLY(0), ONLY(SLOT_SHARED(0))),
	STEP(touch, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step closers[] = {
	STEP(reopen),
	STEP(export, ONLY(SLOT_SHARED(0)), ANY, ONLY(1), ONLY(0)),
	STEP(dmabuf_map, ONLY(SLOT_SHARED(0)), ONLY(SLOT_SHARED(0))),
	{},
};

SCENARIO(faults_against_close) = {
	.name = "faults-against-close",
	.summary = "dma-buf mappings are used while the device is closed",
	.hazards = { 27 },
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 2, .max = 3,
		  .in_order = true, .turns = 100, .jitter_us = 2000 },
		{ .name = "mapper", .steps = mappers, .max = 1,
		  .in_order = true, .turns = 32, .jitter_us = 2000 },
		{ .name = "closer", .steps = closers, .in_order = true,
		  .turns = 2, .jitter_us = 20000 },
	},
	.points = { "vfio_pci_dma_buf_huge_fault:100..3000us/0.5",
		    "vfio_pci_dma_buf_cleanup:100..3000us/0.5",
		    "vfio_pci_dma_buf_huge_fault+any:100..3000us/0.5",
		    "vfio_pci_dma_buf_cleanup+any:100..3000us/0.7" },
	.alone = true,
};
