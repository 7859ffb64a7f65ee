// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: none but that of failure with what comes after it, or, in half of the races,
 * with who resets the device through sysfs or by the bridge above it. A device with
 * mapped and lent memory is closed and opened again, while each allocation of that
 * fails, one after the other; or each of a registration that the close then ends.
 *
 * Oracle: it can be opened again, at the latest the next time, and what is done with
 * it then works; at the end nothing of the BAR is in use.
 *
 * Provenance: error paths. Nobody else may use a device that is closed, so this is
 * apart from failing-owner.
 */
#include "../stress.h"

static const struct stress_step sweepers[] = {
	STEP(export, ONLY(0), ANY, ONLY(1)),
	STEP(dmabuf_map, ONLY(0), ONLY(0)),
	STEP(import, ONLY(0), ONLY(0)),
	STEP(import_map, ONLY(0)),
	STEP(ioas_map, ONLY(0)),
	STEP(reopen, ONLY(0)),
	STEP(import_close, ONLY(0)),
	STEP(unmap, ONLY(0)),
	STEP(ioas_unmap, ONLY(0)),
	STEP(dmabuf_close, ONLY(0)),
	STEP(register, ONLY(0), ONLY(1)),
	STEP(p2p_map, ONLY(1), ONLY(4)),
	STEP(touch, ONLY(1)),
	STEP(reopen, ONLY(0)),
	{},
};

/* all that somebody else can do who does not have the device */
static const struct stress_step takers[] = {
	STEP(reset, BETWEEN(POWER_SYSFS, POWER_BRIDGE)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_unused),
	{},
};

SCENARIO(failing_reopen) = {
	.name = "failing-reopen",
	.summary = "a device is opened again, each of its allocations failing",
	.needs = NEED_FAIL_NTH,
	.actors = {
		{ .name = "sweeper", .steps = sweepers, .in_order = true,
		  .sweep = true },
		{ .name = "taker", .steps = takers, .max = 1, .in_order = true,
		  .turns = 60, .jitter_us = 30000 },
	},
	.after = after,
	.alone = true,
	.pace = STRESS_LENGTHY,
};
