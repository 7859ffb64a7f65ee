// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the disk has I/O with P2P memory in flight, dozens of pieces, when
 * VFIO is asked to reset the device that the memory belongs to. The reset has to
 * wait until the last of them has arrived.
 *
 * Oracle: nothing arrives in the memory once the reset has returned, until
 * somebody maps it anew; I/O does not fail on its way; what a read has brought is
 * compared.
 *
 * Provenance: hazard 16. VFIO_DEVICE_RESET of a device whose memory others use
 * did not know of them before there was a registration.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step readers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(32, 64)),
	STEP(aio_read, ONLY(0), BETWEEN(32, 64), ANY, ONLY(1)),
	STEP(p2p_map, ONLY(1), BETWEEN(32, 64)),
	STEP(uring_read, ONLY(1), BETWEEN(32, 64), ANY, ONLY(1)),
	STEP(p2p_map_soon, ONLY(0), BETWEEN(8, 16), ONLY(100)),
	STEP(uring_fixed, ONLY(0)),
	STEP(disk_scatter, ONLY(0), BETWEEN(8, 16)),
	STEP(aio_write, ONLY(0), BETWEEN(8, 16), ANY, ONLY(1)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset_epoch, ONLY(POWER_RESET), ONLY(192)),
	STEP(reset_epoch, BETWEEN(POWER_RESET, POWER_HOT_RESET), ONLY(192)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(io_against_reset) = {
	.name = "io-against-reset",
	.summary = "a reset by VFIO with dozens of pieces of I/O in flight",
	.hazards = { 16 },
	.needs = NEED_RESET | NEED_SLOW_DISK,
	.before = before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 2, .jitter_us = 5000 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 2, .jitter_us = 150000, .even = true },
	},
	.after = after,
};
