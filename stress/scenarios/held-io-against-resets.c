// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the disk holds I/O with P2P memory in flight for a time that is drawn, from
 * much shorter than a reset takes to much longer than the memory was registered with,
 * and lets all of it go at once, while the device is reset or its memory taken off the
 * bus by its user.
 *
 * Oracle: a reset takes until the last I/O has arrived, or gives up after the time of
 * the registration, and then it has not taken place; nothing arrives in the memory once
 * one has returned; I/O does not fail on its way; what a read has brought is compared.
 *
 * Provenance: hazards 16 and 17. With a disk that is only slow, I/O that ends just
 * before the wait does, or just after it has given up, comes about by chance.
 */
#include "../stress.h"

/* some below, some above what the disk may hold for */
#define TIMEOUTS_MS BETWEEN(150, 1200)
#define HOLDS_MS BETWEEN(10, 500)

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1), TIMEOUTS_MS),
	{},
};

static const struct stress_step readers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(8, 32)),
	STEP(touch, ONLY(0)),
	STEP(disk_hold, HOLDS_MS),
	STEP(aio_read, ONLY(0), BETWEEN(8, 32)),
	STEP(p2p_map_soon, ONLY(1), BETWEEN(8, 32), ONLY(100)),
	STEP(touch, ONLY(1)),
	STEP(disk_hold, HOLDS_MS),
	STEP(uring_read, ONLY(1), BETWEEN(8, 32)),
	STEP(p2p_map_soon, ONLY(0), BETWEEN(4, 16), ONLY(100)),
	STEP(disk_hold, HOLDS_MS),
	STEP(disk_write, ONLY(0)),
	STEP(disk_hold, HOLDS_MS),
	STEP(disk_read, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset_epoch, BETWEEN(POWER_RESET, POWER_HOT_RESET), ONLY(192)),
	STEP(off_epoch, ONLY(POWER_MEMORY), ONLY(192)),
	STEP(reset_epoch, BETWEEN(POWER_FLR, POWER_AF_FLR), ONLY(192)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(held_io_against_resets) = {
	.name = "held-io-against-resets",
	.summary = "resets while the disk holds I/O for a time that is drawn",
	.hazards = { 16, 17 },
	.needs = NEED_RESET | NEED_HELD_DISK,
	.before = before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 2, .jitter_us = 5000 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 2, .jitter_us = 300000, .even = true },
	},
	.after = after,
	.each_provider = true,
	.pace = STRESS_LENGTHY,
};
