// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: a disk has I/O in flight with a mapping of a BAR of which a dma-buf has struct
 * pages, dozens of pieces, when the device is reset: by VFIO, by its file in sysfs or
 * by the bridge above it.
 *
 * Oracle: nothing arrives in the memory once the reset has returned, until somebody
 * begins anew; I/O does not fail on its way; what a read has brought is compared; in
 * the end all pages are idle.
 *
 * Provenance: hazards 16 and 33 of memory that no allocator has: it is frozen, taken
 * out of mappings and waited for by code of its own, and a mapping of it outlives the
 * reset.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(export, ONLY(SLOT_SHARED(0)), ONLY(0), ONLY(1), ONLY(1)),
	{},
};

/*
 * Each has pages of its own: what one reads must not be the other's. By libaio, of which
 * can be told when it has its pages.
 */
#define READER(id, first)                                                      \
	static const struct stress_step id[] = {                               \
		STEP(bar_map, ONLY(0), ONLY(first), ONLY(64)),                 \
		STEP(aio_read, ONLY(0), BETWEEN(32, 64), ANY, ONLY(1)),        \
		STEP(touch, ONLY(0), ANY, ANY, ONLY(0)),                       \
		STEP(aio_read, ONLY(0), BETWEEN(16, 32), ANY, ONLY(1)),        \
		STEP(dontneed, ONLY(0), ONLY(0), ONLY(64)),                    \
		STEP(disk_read, ONLY(0), ONLY(0), BETWEEN(4, 64)),             \
		STEP(stalled_read, ONLY(0), ANY, BETWEEN(1, 100), ONLY(0)),    \
		STEP(unmap, ONLY(0)),                                          \
		{},                                                            \
	}

READER(first_reader, 0);
READER(second_reader, 256);

static const struct stress_step resetters[] = {
	OFTEN(3, reset_epoch, ONLY(POWER_RESET), ONLY(64)),
	STEP(reset_epoch, ONLY(POWER_HOT_RESET), ONLY(64)),
	STEP(reset_epoch, ONLY(POWER_SYSFS), ONLY(64)),
	STEP(reset_epoch, ONLY(POWER_BRIDGE), ONLY(64)),
	{},
};

/* a register or a call of its own for each: hazard 17 */
static const struct stress_step takers[] = {
	STEP(off_epoch, ONLY(POWER_MEMORY), ONLY(64)),
	STEP(off_epoch, ONLY(POWER_LOW), ONLY(64)),
	STEP(off_epoch, ONLY(POWER_D3HOT), ONLY(64)),
	STEP(reset_epoch, ONLY(POWER_FLR), ONLY(64)),
	STEP(reset_epoch, ONLY(POWER_AF_FLR), ONLY(64)),
	{},
};

static const struct stress_step after[] = {
	STEP(dmabuf_close, ONLY(SLOT_SHARED(0))),
	STEP(expect_unused),
	{},
};

#define PAGES_SCENARIO(id, text, what, has, ...)                               \
	SCENARIO(struct_pages_against_##id) = {                                \
		.name = "struct-pages-against-" text,                          \
		.summary = "direct I/O with struct pages of a BAR against "    \
			   what,                                               \
		.hazards = { __VA_ARGS__ },                                    \
		.needs = NEED_SLOW_DISK | NEED_DMABUF_PAGES | (has),           \
		.before = before,                                              \
		.actors = {                                                    \
			{ .name = "reader", .steps = first_reader,             \
			  .in_order = true, .turns = 2, .jitter_us = 5000 },   \
			{ .name = "second", .steps = second_reader,            \
			  .in_order = true, .turns = 2, .jitter_us = 5000 },   \
			{ .name = "resetter", .steps = id, .min_calls = 2,     \
			  .max_calls = 5, .jitter_us = 150000, .even = true }, \
		},                                                             \
		.after = after,                                                \
		.each_provider = true,                                         \
		.pace = STRESS_SLOW,                                           \
	}

PAGES_SCENARIO(resetters, "resets", "resets", NEED_RESET, 16, 33);
/* FLR, AF FLR and power states: where the device has them */
PAGES_SCENARIO(takers, "config", "what takes memory off the bus", 0, 17);
