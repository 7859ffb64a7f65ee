// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: P2P memory is had and used while another thread turns the device's memory
 * off and on, puts it to sleep, or resets it. Nobody may have any of it before the
 * device responds.
 *
 * Oracle: a page that can be reached keeps what is written to it, and never reads as
 * all ones; nothing is given out while memory is off; what a read has brought is
 * compared.
 *
 * Provenance: the thaw is before the write that enables memory, or after it: the two
 * orders look alike to whoever tests them one call at a time (hazard 32).
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 4), BETWEEN(2, 20)),
	STEP(p2p_keep, ONLY(0), ONLY(0)),
	STEP(p2p_keep, ONLY(0), ONLY(0)),
	STEP(disk_read, ONLY(0)),
	STEP(p2p_keep, ONLY(0), ONLY(0)),
	{},
};

static const struct stress_step togglers[] = {
	OFTEN(16, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	OFTEN(2, reset, ONLY(POWER_LOW), BETWEEN(0, 2000)),
	OFTEN(2, reset, ONLY(POWER_D3HOT), BETWEEN(0, 2000)),
	STEP(reset, ONLY(POWER_RESET), ONLY(0)),
	STEP(reset, ONLY(POWER_SYSFS), ONLY(0)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(thaw_against_enable) = {
	.name = "thaw-against-enable",
	.summary = "P2P memory is used while memory goes off and on",
	.hazards = { 32 },
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 2, .max = 4,
		  .in_order = true, .turns = 48, .jitter_us = 500 },
		{ .name = "toggler", .steps = togglers, .min_calls = 4,
		  .max_calls = 12, .turns = 6, .jitter_us = 3000 },
	},
	.after = after,
	.pace = STRESS_SLOW,
	.points = { "pci_user_read_config_word:1ms..8ms/0.8",
		    "vfio_pci_p2p_unquiesce:100..3000us/0.5",
		    "vfio_pci_p2p_unquiesce+any:100..3000us/0.5" },
};
