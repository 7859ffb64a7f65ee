// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the device is opened and closed, with nothing of it used, while somebody
 * resets it through sysfs or by the bridge above it. Linux 7.3 is enough for it.
 *
 * Oracle: the kernel's own; the device can be opened again; after the race its BARs
 * are where they were.
 *
 * Provenance: both save and restore configuration space, in the same place, and VFIO
 * of 7.3 does not have the lock (hazard 33;
 * docs/findings/bars-lost-when-opened-during-a-reset.md).
 */
#include "../stress.h"

static const struct stress_step owners[] = {
	OFTEN(3, reopen, BETWEEN(0, 3000)),
	STEP(reset_closed),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset, BETWEEN(POWER_SYSFS, POWER_BRIDGE)),
	{},
};

SCENARIO(opens_against_resets) = {
	.name = "opens-against-resets",
	.summary = "the device is opened and closed while others reset it",
	.hazards = { 33 },
	.needs = NEED_SYSFS_RESET,
	.actors = {
		{ .name = "owner", .steps = owners, .min_calls = 4,
		  .max_calls = 12, .jitter_us = 3000 },
		{ .name = "resetter", .steps = resetters, .min = 1, .max = 2,
		  .in_order = true, .turns = 12, .jitter_us = 3000 },
	},
	.alone = true,
	.pace = STRESS_LENGTHY,
	.points = { "pci_restore_state:100..3000us/0.3" },
};
