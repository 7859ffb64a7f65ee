// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: direct I/O with P2P memory while the user takes the memory off the bus,
 * or resets the device, by a write to configuration space. Each of the registers
 * has code of its own that must see it coming. And low power, which has none.
 *
 * Oracle: whoever has a mapping of before gets SIGBUS afterwards; nobody gets or
 * reads any memory while it is off; I/O does not fail on its way; nothing arrives
 * when the memory is off, nor after an FLR; what a read has brought is compared.
 *
 * Provenance: hazard 17, four paths of one kind: COMMAND, PMCSR, the device
 * control of the PCIe capability, and the control of the AF capability; and a fifth
 * that is no register.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step users[] = {
	STEP(p2p_map, ONLY(0), BETWEEN(8, 32)),
	STEP(touch, ONLY(0)),
	STEP(aio_read, ONLY(0), BETWEEN(8, 32), ANY, ONLY(1)),
	STEP(touch, ONLY(0)),
	STEP(disk_write, ONLY(0)),
	STEP(uring_fixed, ONLY(0)),
	STEP(uring_write, ONLY(0), BETWEEN(4, 16), ANY, ONLY(1)),
	STEP(disk_gather, ONLY(0)),
	STEP(disk_scatter, ONLY(0)),
	STEP(disk_read, ONLY(0)),
	STEP(touch, ONLY(0)),
	{},
};

static const struct stress_step memory_off[] = {
	STEP(reset, ONLY(POWER_MEMORY)),
	STEP(off_epoch, ONLY(POWER_MEMORY), ONLY(192)),
	{},
};

static const struct stress_step d3hot[] = {
	STEP(reset, ONLY(POWER_D3HOT)),
	STEP(off_epoch, ONLY(POWER_D3HOT), ONLY(192)),
	{},
};

static const struct stress_step low_power[] = {
	STEP(reset, ONLY(POWER_LOW)),
	STEP(off_epoch, ONLY(POWER_LOW), ONLY(192)),
	{},
};

static const struct stress_step flr[] = {
	STEP(reset, ONLY(POWER_FLR)),
	STEP(reset_epoch, ONLY(POWER_FLR), ONLY(192)),
	{},
};

static const struct stress_step af_flr[] = {
	STEP(reset, ONLY(POWER_AF_FLR)),
	STEP(reset_epoch, ONLY(POWER_AF_FLR), ONLY(192)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

#define CONFIG_SCENARIO(id, text, what, need)                                  \
	SCENARIO(io_against_##id) = {                                          \
		.name = "io-against-" text,                                    \
		.summary = "direct I/O with P2P memory against " what,         \
		.hazards = { 17 },                                             \
		.needs = NEED_SLOW_DISK | (need),                              \
		.before = before,                                              \
		.actors = {                                                    \
			{ .name = "user", .steps = users, .min = 1, .max = 3,  \
			  .in_order = true, .turns = 4, .jitter_us = 5000 },   \
			{ .name = "writer", .steps = id, .in_order = true,     \
			  .turns = 6, .jitter_us = 30000 },                    \
		},                                                             \
		.after = after,                                                \
		/* what others reset hides what this does not take away */     \
		.alone = true,                                                 \
	}

CONFIG_SCENARIO(memory_off, "memory-off", "COMMAND.MEM=0", 0);
CONFIG_SCENARIO(d3hot, "d3hot", "D3hot", NEED_PM);
CONFIG_SCENARIO(low_power, "low-power", "low power", 0);
CONFIG_SCENARIO(flr, "flr", "an FLR", NEED_FLR);
CONFIG_SCENARIO(af_flr, "af-flr", "an FLR by the AF capability", NEED_AF_FLR);
