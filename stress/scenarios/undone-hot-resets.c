// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a hot reset of a bus with two devices, both of which have P2P memory, meets I/O
 * that is not done in the time that the memory was registered with. It is given up
 * then, and whatever it had frozen by then has to be as before.
 *
 * Oracle: in the end P2P memory of both can be had, used and given back; what a read has
 * brought is compared.
 *
 * Provenance: the way back is one that hardly anybody goes: each device that was
 * held has to be let go, the one that failed included (hazard 19).
 */
#include "../stress.h"

#define SHORT_MS 2

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1), ONLY(SHORT_MS)),
	STEP(twin_register, ONLY(SHORT_MS)),
	{},
};

static const struct stress_step readers[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(stalled_read, ONLY(0), ANY, BETWEEN(20, 100), ONLY(0)),
	STEP(touch, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	{},
};

static const struct stress_step neighbours[] = {
	STEP(twin_use),
	{},
};

static const struct stress_step resetters[] = {
	STEP(reset, ONLY(POWER_HOT_RESET), ONLY(0)),
	STEP(twin_reset),
	{},
};

static const struct stress_step after[] = {
	STEP(p2p_map, ONLY(0), ONLY(4)),
	STEP(touch, ONLY(0), ONLY(0), ONLY(4), ONLY(1)),
	STEP(unmap, ONLY(0)),
	STEP(twin_use, ONLY(4)),
	STEP(twin_unregister),
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(undone_hot_resets) = {
	.name = "undone-hot-resets",
	.summary = "hot resets that are given up because of I/O",
	.hazards = { 19 },
	.needs = NEED_TWIN,
	.before = before,
	.actors = {
		{ .name = "reader", .steps = readers, .min = 1, .max = 2,
		  .in_order = true, .turns = 4, .jitter_us = 1000 },
		{ .name = "neighbour", .steps = neighbours, .in_order = true,
		  .turns = 8, .jitter_us = 5000 },
		{ .name = "resetter", .steps = resetters, .in_order = true,
		  .turns = 4, .jitter_us = 60000, .even = true },
	},
	.after = after,
	.alone = true,
};

/*
 * Race: a hot reset of a bus with two devices meets a lock that somebody has: who faults
 * in a mapping that a registration has taken the memory from, or turns memory off. It
 * only tries to take it, and gives up when it has frozen the memory of both.
 *
 * Oracle: as above. Nobody has a page for long here: what is left frozen was left so by
 * a reset that failed for the lock.
 *
 * Provenance: the same way back from a later place (hazard 19).
 */
static const struct stress_step mapped_before[] = {
	STEP(bar_map, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(64)),
	STEP(register, ONLY(0), ONLY(1)),
	STEP(twin_register),
	{},
};

static const struct stress_step faulters[] = {
	STEP(touch, ONLY(SLOT_SHARED(0)), BETWEEN(0, 63), ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(1, 8)),
	STEP(touch, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	STEP(unmap, ONLY(0)),
	{},
};

static const struct stress_step togglers[] = {
	STEP(reset, ONLY(POWER_MEMORY), BETWEEN(0, 1000)),
	{},
};

static const struct stress_step hot_resetters[] = {
	STEP(reset, ONLY(POWER_HOT_RESET), ONLY(0)),
	STEP(twin_reset),
	{},
};

SCENARIO(locked_hot_resets) = {
	.name = "locked-hot-resets",
	.summary = "hot resets that are given up because of a lock",
	.hazards = { 19 },
	.needs = NEED_TWIN,
	.before = mapped_before,
	.actors = {
		{ .name = "faulter", .steps = faulters, .min = 1, .max = 2,
		  .in_order = true, .turns = 200, .jitter_us = 200 },
		{ .name = "user", .steps = users, .min = 0, .max = 1,
		  .in_order = true, .turns = 8, .jitter_us = 5000 },
		{ .name = "toggler", .steps = togglers, .in_order = true,
		  .turns = 16, .jitter_us = 1000 },
		{ .name = "resetter", .steps = hot_resetters, .min_calls = 1,
		  .max_calls = 4, .jitter_us = 20000, .even = true },
	},
	.after = after,
	.points = { "vfio_pci_zap_and_revoke:1ms..10ms/0.5",
		    "vfio_pci_p2p_quiesce_set+return:100..3000us/0.5",
		    "vfio_pci_zap_and_revoke+any:100..3000us/0.5" },
};
