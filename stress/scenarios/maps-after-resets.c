// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: hardly any: a dma-buf goes through many resets, and is mapped by importers
 * before, between and after them, while another thread resets as well.
 *
 * Oracle: the kernel's own, for the count of mappings that is not begun anew after a
 * revocation; resets that wait for a count that never becomes zero.
 *
 * Provenance: the count's last reference goes with each revocation, and has to come
 * back with the next one (hazard 24).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(0)),
	{},
};

static const struct stress_step users[] = {
	STEP(reset, ONLY(POWER_MEMORY), ONLY(0)),
	STEP(reset, ONLY(POWER_MEMORY), ONLY(0)),
	STEP(import, ONLY(0), ONLY(SLOT_SHARED(0))),
	STEP(import_map, ONLY(0)),
	STEP(reset, ONLY(POWER_LOW), ONLY(0)),
	STEP(reset, ONLY(POWER_MEMORY), ONLY(0)),
	STEP(import_map, ONLY(0)),
	STEP(import_unmap, ONLY(0)),
	STEP(reset, ONLY(POWER_RESET), ONLY(0)),
	STEP(import, ONLY(0), ONLY(SLOT_SHARED(0))),
	STEP(import_map, ONLY(0)),
	STEP(import_close, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(4, reset, ONLY(POWER_MEMORY), BETWEEN(0, 500)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 500)),
	{},
};

SCENARIO(maps_after_resets) = {
	.name = "maps-after-resets",
	.summary = "a dma-buf that is mapped again after many resets",
	.hazards = { 24 },
	.needs = NEED_RESET,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .in_order = true, .turns = 2, .jitter_us = 200 },
		{ .name = "resetter", .steps = resetters, .max = 1,
		  .min_calls = 4, .max_calls = 16, .jitter_us = 2000 },
	},
};
