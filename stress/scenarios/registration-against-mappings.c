// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a BAR that is mapped through the device's file becomes P2P memory, and
 * stops to be that, under threads that go on to use their mappings.
 *
 * Oracle: from when the registration has returned, until its end begins, every
 * access by the old mappings is a SIGBUS. Afterwards they may work again.
 *
 * Provenance: a BAR that was mapped by two ways has two owners of its pages; what is
 * in the page tables already is not seen by the test in the fault (hazard 22).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(bar_map, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(64)),
	{},
};

static const struct stress_step users[] = {
	STEP(touch, ONLY(SLOT_SHARED(0)), BETWEEN(0, 63), BETWEEN(1, 16)),
	{},
};

static const struct stress_step mappers[] = {
	STEP(bar_map, ONLY(0), BETWEEN(0, 511), BETWEEN(1, 512)),
	STEP(touch, ONLY(0)),
	STEP(touch, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

/* has a page before, and looks for it in between */
static const struct stress_step registrars[] = {
	STEP(bar_map, ONLY(0), BETWEEN(0, 511), BETWEEN(1, 64)),
	STEP(touch, ONLY(0), ONLY(0), ONLY(4)),
	STEP(register, ONLY(0), ONLY(1)),
	STEP(touch, ONLY(0), ONLY(0), ONLY(4)),
	STEP(unregister),
	STEP(touch, ONLY(0), ONLY(0), ONLY(4)),
	{},
};

SCENARIO(registration_against_mappings) = {
	.name = "registration-against-mappings",
	.summary = "a BAR is registered under the feet of those who map it",
	.hazards = { 22 },
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 3,
		  .in_order = true, .turns = 200, .jitter_us = 2000 },
		{ .name = "mapper", .steps = mappers, .max = 2,
		  .in_order = true, .turns = 32, .jitter_us = 2000 },
		{ .name = "registrar", .steps = registrars, .in_order = true,
		  .turns = 6, .jitter_us = 5000 },
	},
	.points = { "vfio_pci_zap_bar_mappings:100..3000us/0.5",
		    "vfio_pci_p2p_register+any:100..5000us/0.5" },
};
