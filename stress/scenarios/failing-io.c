// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: none but that of failure with what comes after it, or, in half of the races,
 * with who resets the device and turns its memory off. Direct I/O is done in each of
 * its ways with a BAR's memory, and with struct pages of a dma-buf, while of one of
 * these calls the first allocation fails, then the second and so on, until there are
 * no more. Each race has another call.
 *
 * Oracle: as in failing-exports: the same call works when there is memory again, and
 * what it reads and writes is compared. In the end no page is pinned: the BAR can be
 * registered.
 *
 * Provenance: error paths. What is pinned when the next allocation fails has to be let
 * go, or a reset waits for it for good.
 */
#include "../stress.h"

#define PAGES ONLY(SLOT_SHARED(0))

static const struct stress_step before_pool[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step before_pages[] = {
	STEP(export, PAGES, ONLY(0), ONLY(1), ONLY(1)),
	{},
};

#define SWEEPER(id, map, ...)                                                  \
	static const struct stress_step id[] = {                               \
		STEP(map, ONLY(0), __VA_ARGS__),                               \
		STEP(touch, ONLY(0)),                                          \
		STEP(disk_read, ONLY(0), ONLY(0), BETWEEN(1, 16)),             \
		STEP(disk_write, ONLY(0), ONLY(0), BETWEEN(1, 16)),            \
		STEP(disk_scatter, ONLY(0), BETWEEN(8, 16)),                   \
		STEP(disk_gather, ONLY(0), BETWEEN(8, 16)),                    \
		STEP(aio_read, ONLY(0), BETWEEN(4, 16)),                       \
		STEP(aio_write, ONLY(0), BETWEEN(4, 16)),                      \
		STEP(uring_read, ONLY(0), BETWEEN(4, 16)),                     \
		STEP(uring_write, ONLY(0), BETWEEN(4, 16)),                    \
		STEP(unmap, ONLY(0)),                                          \
		{},                                                            \
	}

SWEEPER(with_pool, p2p_map, ONLY(16));
SWEEPER(with_pages, bar_map, ANY, ONLY(16));

static const struct stress_step takers[] = {
	OFTEN(2, reset, ONLY(POWER_RESET)),
	STEP(reset, ONLY(POWER_HOT_RESET)),
	OFTEN(2, reset, ONLY(POWER_MEMORY), BETWEEN(0, 2000)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 2000)),
	{},
};

static const struct stress_step after_pool[] = {
	STEP(unregister),
	STEP(expect_unused),
	{},
};

static const struct stress_step after_pages[] = {
	STEP(dmabuf_close, PAGES),
	STEP(expect_unused),
	{},
};

#define FAILING_IO(id, text, memory, with, has)                                \
	SCENARIO(failing_io_##id) = {                                          \
		.name = "failing-io-" text,                                    \
		.summary = "direct I/O with " memory                           \
			   ", each allocation of each call failing",           \
		.needs = NEED_DISK | NEED_P2P | NEED_FAIL_NTH | (has),         \
		.before = before_##id,                                         \
		.actors = {                                                    \
			{ .name = "sweeper", .steps = with, .in_order = true,  \
			  .sweep = true },                                     \
			{ .name = "taker", .steps = takers, .max = 1,          \
			  .min_calls = 4, .max_calls = 8, .turns = 10,         \
			  .jitter_us = 10000 },                                \
		},                                                             \
		.after = after_##id,                                           \
		.pace = STRESS_LENGTHY,                                        \
	}

FAILING_IO(pool, "with-p2pmem", "P2P memory", with_pool, 0);
FAILING_IO(pages, "with-pages", "struct pages of a BAR", with_pages,
	   NEED_DMABUF_PAGES);
