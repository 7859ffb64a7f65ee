// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the device goes into low power and out of it while its memory is used: by
 * mappings of the BAR and of dma-bufs, and by dma-bufs that are made just then.
 *
 * Oracle: from when LOW_POWER_ENTRY has returned until LOW_POWER_EXIT begins, no
 * access succeeds, nobody attaches to a dma-buf or maps it, old or new.
 *
 * Provenance: memory that is enabled in the command register is not there all the
 * same in low power; 7.3 forgets to look for that when it exports (hazard 18).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	STEP(dmabuf_map, ONLY(SLOT_SHARED(0)), ONLY(SLOT_SHARED(0))),
	STEP(bar_map, ONLY(SLOT_SHARED(1)), ONLY(0), ONLY(64)),
	{},
};

static const struct stress_step users[] = {
	STEP(touch, BETWEEN(SLOT_SHARED(0), SLOT_SHARED(1)), BETWEEN(0, 63),
	     BETWEEN(1, 8)),
	{},
};

static const struct stress_step exporters[] = {
	STEP(export, ONLY(0), ANY, ONLY(1), ONLY(0)),
	STEP(dmabuf_map, ONLY(0), ONLY(0)),
	STEP(touch, ONLY(0)),
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

SCENARIO(access_in_low_power) = {
	.name = "access-in-low-power",
	.summary = "mappings and dma-bufs of a device that goes into low power",
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
	.points = { "vfio_pci_vmf_insert_pfn:100..3000us/0.5",
		    "dma_buf_export+return:100..3000us/0.5" },
};
