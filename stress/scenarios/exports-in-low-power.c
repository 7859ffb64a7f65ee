// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: as access-in-low-power, with no more than Linux 7.3 has: a mapping of the BAR,
 * and dma-bufs that are exported, imported and mapped for DMA, but by no CPU.
 *
 * Oracle: from when LOW_POWER_ENTRY has returned until LOW_POWER_EXIT begins, no
 * access succeeds, nobody attaches to a dma-buf or maps it, old or new.
 *
 * Provenance: 7.3 makes dma-bufs in low power that are not revoked (hazard 18).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	STEP(bar_map, ONLY(SLOT_SHARED(1)), ONLY(0), ONLY(64)),
	{},
};

static const struct stress_step users[] = {
	STEP(touch, ONLY(SLOT_SHARED(1)), BETWEEN(0, 63), BETWEEN(1, 8)),
	{},
};

static const struct stress_step exporters[] = {
	STEP(export, ONLY(0), ANY, ONLY(1), ONLY(0)),
	STEP(ioas_map, ONLY(0)),
	STEP(ioas_unmap, ONLY(0)),
	STEP(dmabuf_close, ONLY(0)),
	{},
};

static const struct stress_step importers[] = {
	STEP(import, ONLY(0), ONLY(SLOT_SHARED(0))),
	OFTEN(2, import_map, ONLY(0)),
	STEP(import_unmap, ONLY(0)),
	{},
};

static const struct stress_step sleepers[] = {
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 8000)),
	{},
};

SCENARIO(exports_in_low_power) = {
	.name = "exports-in-low-power",
	.summary = "dma-bufs that are made while the device is in low power",
	.hazards = { 18 },
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 60, .jitter_us = 2000 },
		{ .name = "exporter", .steps = exporters, .min = 1, .max = 2,
		  .in_order = true, .turns = 12, .jitter_us = 1000 },
		{ .name = "importer", .steps = importers, .min_calls = 8,
		  .max_calls = 24, .jitter_us = 2000 },
		{ .name = "sleeper", .steps = sleepers, .in_order = true,
		  .turns = 16, .jitter_us = 2000 },
	},
	.points = { "dma_buf_export+return:100..3000us/0.5",
		    "vfio_pci_core_feature_dma_buf+any:100..3000us/0.5" },
};
