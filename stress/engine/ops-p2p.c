// SPDX-License-Identifier: GPL-2.0-only
/* P2P memory: allocated by mmap() of p2pmem/allocate */
#include "cmb.h"
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "p2p.h"

#include <errno.h>
#include <unistd.h>

#define PAGE 4096
#define POLL_US 300
#define ALONE_TIMES 20

/* frozen; none left; no pool; gone between open() and mmap() */
#define MAP_MAY MAY(-EAGAIN, -ENOMEM, -ENOENT, -ENODEV, -EINTR)

/* P2P memory of the device: each mapping has its own, at the kernel's choice */
static int do_p2p_map(struct actor *actor, const int64_t *arg)
{
	struct promise *registered = &actor->world->shared->registered;
	struct promise *off = &actor->world->shared->off;
	struct slot *slot = slot_of(actor, arg[0]);
	uint32_t there = promise_kept(registered);
	uint32_t kept = promise_kept(off);
	int fd, ret;

	/* a mapping that comes after a reset may be written to */
	if (!gate_enter(actor->world))
		return DONE_NOTHING;
	fd = p2p_open(actor->world->device.bdf);
	ret = fd < 0 ? fd :
		       slot_map(actor, slot, SLOT_P2P, fd, 0,
				(size_t)arg[1] * PAGE);
	if (fd >= 0)
		close(fd);
	gate_leave(actor->world);
	if (!ret && promise_holds(off, kept))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "P2P memory was given out while it is off");
	if (fd == -ENOENT && promise_holds(registered, there))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "a BAR is registered, and there is no p2pmem");
	return ret;
}

OP(p2p_map) = {
	.name = "p2p-map",
	.summary = "allocate P2P memory by mmap() of p2pmem/allocate",
	.source = "ops-p2p.c",
	.needs = NEED_PROVIDER,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 }, { "pages", 1, 16 } },
	.run = do_p2p_map,
	.may = MAP_MAY,
};

/* frozen, or not registered, or somebody looks whether anything arrives */
static bool is_not_yet(int result)
{
	return result == -EAGAIN || result == -ENOENT || result == -ENODEV ||
	       result == DONE_NOTHING;
}

static int do_p2p_map_soon(struct actor *actor, const int64_t *arg)
{
	uint64_t end_ns = engine_now_ns() + (uint64_t)arg[2] * 1000000;
	int ret = do_p2p_map(actor, arg);

	while (is_not_yet(ret) && engine_now_ns() < end_ns) {
		engine_pause_us(POLL_US);
		ret = do_p2p_map(actor, arg);
	}
	return ret;
}

OP(p2p_map_soon) = {
	.name = "p2p-map-soon",
	.summary = "p2p-map again and again until there is memory, for a while",
	.source = "ops-p2p.c",
	.needs = NEED_PROVIDER,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "pages", 1, 16 },
		  { "at most, ms", 1, 100 } },
	.run = do_p2p_map_soon,
	.may = MAP_MAY,
};

/*
 * Again and again, to be at it when the memory is taken away: what was got last,
 * as its file was removed, stays mapped.
 */
static int map_last(struct actor *actor, const int64_t *arg)
{
	uint64_t end_ns = engine_now_ns() + (uint64_t)arg[2] * 1000000;
	struct slot *slot = slot_of(actor, arg[0]);
	unsigned int alone = 0;
	int ret;

	do {
		slot_unmap(slot);
		ret = do_p2p_map(actor, arg);
		if (ret || !cmb_is_published(actor->world->device.bdf))
			return ret;
		alone = engine_others_work(actor->world->shared) ? 0 :
								   alone + 1;
	} while (alone < ALONE_TIMES && engine_now_ns() < end_ns);
	slot_unmap(slot);
	return DONE_NOTHING;
}

static int do_p2p_map_last(struct actor *actor, const int64_t *arg)
{
	int ret;

	atomic_fetch_add(&actor->world->shared->nr_holding, 1);
	ret = map_last(actor, arg);
	atomic_fetch_sub(&actor->world->shared->nr_holding, 1);
	return ret;
}

OP(p2p_map_last) = {
	.name = "p2p-map-last",
	.summary =
		"p2p-map and unmap until the memory goes; the last one stays",
	.source = "ops-p2p.c",
	.needs = NEED_CMB,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "pages", 1, 16 },
		  { "at most, ms", 1, 100 } },
	.run = do_p2p_map_last,
	.may = MAP_MAY,
};
