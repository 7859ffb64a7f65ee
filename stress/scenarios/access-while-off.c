// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: as access-in-low-power, on a device that has power states: its memory goes
 * by D3hot, by the command register and by low power, which suspends it here, while
 * it is used by mappings and lent to others.
 *
 * Oracle: from when one of these has returned until the opposite begins, no access
 * succeeds, nobody attaches to a dma-buf or maps it, old or new.
 *
 * Provenance: three ways to the same state, each with a test of its own of whether
 * memory is there, and resumes in between that nobody asked for (hazard 18).
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
	     BETWEEN(1, 8), ONLY(0)),
	{},
};

static const struct stress_step exporters[] = {
	STEP(export, ONLY(0), ANY, ONLY(1), ONLY(0)),
	STEP(dmabuf_map, ONLY(0), ONLY(0)),
	STEP(touch, ONLY(0), ANY, ANY, ONLY(0)),
	STEP(ioas_map, ONLY(0)),
	STEP(ioas_unmap, ONLY(0)),
	STEP(dmabuf_close, ONLY(0)),
	{},
};

static const struct stress_step togglers[] = {
	STEP(reset, ONLY(POWER_D3HOT), BETWEEN(0, 8000)),
	STEP(reset, ONLY(POWER_MEMORY), BETWEEN(0, 8000)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 8000)),
	{},
};

SCENARIO(access_while_off) = {
	.name = "access-while-off",
	.summary = "mappings and dma-bufs of a device whose memory goes off",
	.hazards = { 18 },
	.needs = NEED_PM,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 60, .jitter_us = 2000 },
		{ .name = "exporter", .steps = exporters, .min = 1, .max = 2,
		  .in_order = true, .turns = 12, .jitter_us = 1000 },
		{ .name = "toggler", .steps = togglers, .min_calls = 4,
		  .max_calls = 16, .jitter_us = 2000 },
	},
	.points = { "vfio_pci_vmf_insert_pfn:100..3000us/0.5",
		    "vfio_pci_set_power_state:100..3000us/0.5",
		    "vfio_pci_set_power_state+any:100..3000us/0.5" },
};
