// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: allocations fail in any call, one in each fourth of them, while memory is
 * registered, exported, mapped, attached to, put into the device's own address space
 * and into memory regions, used for I/O, revoked for good, taken back, and the device
 * is reset and its memory turned off.
 *
 * Oracle: a call of which an allocation has failed may fail in any way; all others
 * may not, and what a call has left undone must not be seen: mappings that work
 * while memory is off or after a reset, wrong data, memory in use when nobody uses
 * it. And the kernel's own, for what is freed twice or not at all.
 *
 * Provenance: error paths are taken one after the other elsewhere (failing-exports,
 * failing-owner), by one actor. What they undo may be what another one, which fails as
 * well, is waiting for just then.
 */
#include "../stress.h"

#define SHARED ONLY(SLOT_SHARED(0))
#define MAX_NTH 12

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step owners[] = {
	OFTEN(2, register, ONLY(0), ONLY(1)),
	OFTEN(2, unregister_any),
	OFTEN(3, export, SHARED, ANY, ONLY(1)),
	STEP(dmabuf_revoke, SHARED),
	OFTEN(2, dmabuf_close, SHARED),
	STEP(query),
	STEP(read_pool),
	{},
};

static const struct stress_step users[] = {
	OFTEN(4, p2p_map),
	OFTEN(2, bar_map, ANY, ANY, BETWEEN(1, 64)),
	OFTEN(4, touch),
	OFTEN(4, disk_read),
	OFTEN(2, uring_read),
	STEP(aio_write),
	STEP(uring_write),
	STEP(uring_fixed),
	STEP(disk_gather),
	STEP(disk_scatter),
	STEP(die_in_io),
	STEP(dontneed),
	STEP(unmap),
	STEP(unmap_part),
	{},
};

static const struct stress_step importers[] = {
	OFTEN(2, import, ONLY(0), SHARED),
	OFTEN(3, import_map, ONLY(0)),
	STEP(import_unmap, ONLY(0)),
	STEP(import_close, ONLY(0)),
	OFTEN(2, dmabuf_map, ONLY(1), SHARED),
	OFTEN(3, touch, ONLY(1)),
	OFTEN(2, ioas_map, SHARED),
	STEP(ioas_unmap, SHARED),
	OFTEN(2, mr_register, ONLY(2), SHARED),
	STEP(mr_write, ONLY(2)),
	STEP(mr_deregister, ONLY(2)),
	{},
};

static const struct stress_step resetters[] = {
	OFTEN(2, reset, ONLY(POWER_RESET)),
	STEP(reset, ONLY(POWER_HOT_RESET)),
	OFTEN(2, reset, ONLY(POWER_MEMORY), BETWEEN(0, 500)),
	STEP(reset, ONLY(POWER_LOW), BETWEEN(0, 500)),
	{},
};

SCENARIO(failures_against_resets) = {
	.name = "failures-against-resets",
	.summary = "allocations fail while memory is used, and taken away",
	.needs = NEED_P2P | NEED_DMABUF | NEED_DISK | NEED_FAIL_NTH,
	.before = before,
	.before_half = true,
	.actors = {
		{ .name = "owner", .steps = owners, .min_calls = 8,
		  .max_calls = 24, .turns = 3, .jitter_us = 3000 },
		{ .name = "user", .steps = users, .min = 1, .max = 2,
		  .min_calls = 8, .max_calls = 32, .turns = 3,
		  .jitter_us = 1000 },
		{ .name = "process", .steps = users, .min_calls = 8,
		  .max_calls = 32, .turns = 3, .jitter_us = 1000,
		  .process = true },
		{ .name = "importer", .steps = importers, .max = 1,
		  .min_calls = 8, .max_calls = 32, .turns = 3,
		  .jitter_us = 1000 },
		{ .name = "resetter", .steps = resetters, .min_calls = 2,
		  .max_calls = 8, .turns = 3, .jitter_us = 10000 },
	},
	.fail_nth = MAX_NTH,
};
