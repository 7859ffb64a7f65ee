// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: direct I/O with P2P memory while somebody other than the device's user
 * resets it: by its file in sysfs, or by that of the bridge above it.
 *
 * Oracle: nothing arrives in the memory once the reset has returned, until
 * somebody maps it anew; what was mapped before is a SIGBUS; I/O does not fail on
 * its way; what a read has brought is compared.
 *
 * Provenance: hazard 33. Linux 7.3 has no hook of vfio-pci for these resets: its
 * mappings remain, and I/O goes on.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(16, 64)),
	STEP(touch, ONLY(0)),
	STEP(aio_read, ONLY(0), BETWEEN(16, 64), ANY, ONLY(1)),
	STEP(touch, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset_epoch, BETWEEN(POWER_SYSFS, POWER_BRIDGE), ONLY(192)),
	STEP(reset, BETWEEN(POWER_SYSFS, POWER_BRIDGE)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(io_against_sysfs_reset) = {
	.name = "io-against-sysfs-reset",
	.summary = "direct I/O with P2P memory against a reset through sysfs",
	.hazards = { 33 },
	.needs = NEED_SYSFS_RESET | NEED_SLOW_DISK,
	.before = before,
	.actors = {
		{ .name = "user", .steps = users, .min = 1, .max = 3,
		  .in_order = true, .turns = 4, .jitter_us = 5000 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 2, .jitter_us = 50000 },
	},
	.after = after,
};
