// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: direct I/O has pinned a page of P2P memory and waits for the next page
 * of its buffer, which a userfaultfd withholds for as long as its owner likes,
 * while the device is reset.
 *
 * Oracle: a reset gives up after the time that the memory was registered with,
 * and who asked for it can be killed while it waits. Afterwards the memory is in
 * use again, or at least all of it comes back.
 *
 * Provenance: hazard 15. The end of a pin is up to user space: no wait for it may
 * be without bound, or deaf to SIGKILL.
 */
#include "../stress.h"

#define TIMEOUT_MS 300
#define BOUND_MS 10000

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1), ONLY(TIMEOUT_MS)),
	{},
};

static const struct stress_step stallers[] = {
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 4), ONLY(100)),
	STEP(stalled_read, ONLY(0), ANY, ANY, ONLY(BOUND_MS)),
	STEP(p2p_map_soon, ONLY(0), BETWEEN(1, 4), ONLY(100)),
	STEP(stalled_io, ONLY(0), BETWEEN(1, 5), ANY, ONLY(BOUND_MS)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(disk_read, ONLY(0)),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset, BETWEEN(POWER_RESET, POWER_HOT_RESET)),
	STEP(reset, ONLY(POWER_MEMORY)),
	STEP(reset_killed, BETWEEN(POWER_RESET, POWER_HOT_RESET)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(stalled_io_against_reset) = {
	.name = "stalled-io-against-reset",
	.summary = "resets that wait for I/O which a userfaultfd stalls",
	.hazards = { 15 },
	.needs = NEED_RESET,
	.before = before,
	.actors = {
		{ .name = "staller", .steps = stallers, .min = 1, .max = 2,
		  .in_order = true, .turns = 2, .jitter_us = 20000 },
		{ .name = "user", .steps = users, .min = 0, .max = 1,
		  .in_order = true, .turns = 4, .jitter_us = 5000 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 2, .jitter_us = 50000, .even = true },
	},
	.after = after,
	.pace = STRESS_SLOW,
};
