// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: two devices of a bus have P2P memory, and a disk has I/O with that of both in
 * flight, when either is asked for a hot reset, which takes both.
 *
 * Oracle: nothing arrives in the memory of the one once the reset that the other was
 * asked for has returned, until somebody maps it anew; I/O does not fail on its way;
 * what a read has brought is compared; all memory comes back and can be had.
 *
 * Provenance: hazard 16. Who resets a bus has to wait for those who have memory of any
 * device on it, in whatever order they are in its set.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	STEP(twin_register),
	{},
};

static const struct stress_step readers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(32, 64), ONLY(100)),
	STEP(aio_read, ONLY(0), BETWEEN(32, 64), ANY, ONLY(1)),
	STEP(touch, ONLY(0)),
	STEP(p2p_map_soon, ONLY(1), BETWEEN(8, 16), ONLY(100)),
	STEP(disk_scatter, ONLY(1), BETWEEN(8, 16)),
	STEP(disk_write, ONLY(1), ONLY(0), BETWEEN(1, 8)),
	{},
};

static const struct stress_step neighbours[] = {
	OFTEN(2, twin_use, BETWEEN(1, 16), ANY, ONLY(1)),
	STEP(twin_use),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(2, twin_reset_epoch, ANY, ONLY(192)),
	STEP(reset_epoch, ONLY(POWER_HOT_RESET), ONLY(192)),
	STEP(twin_reset),
	{},
};

static const struct stress_step after[] = {
	STEP(twin_use),
	STEP(twin_unregister),
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(io_against_twin_reset) = {
	.name = "io-against-twin-reset",
	.summary = "a reset that is asked for by the other device of the bus, with I/O in flight",
	.hazards = { 16 },
	.needs = NEED_TWIN | NEED_SLOW_DISK,
	.before = before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 2, .jitter_us = 5000 },
		{ .name = "neighbour", .steps = neighbours, .min_calls = 2,
		  .max_calls = 6, .jitter_us = 20000 },
		{ .name = "resetter", .steps = resetters, .min_calls = 1,
		  .max_calls = 3, .jitter_us = 150000, .even = true },
	},
	.after = after,
};
