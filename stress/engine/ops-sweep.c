// SPDX-License-Identifier: GPL-2.0-only
/*
 * One call again and again, of which the first allocation fails, then the second
 * and so on, until there are no more: each of its error paths is taken.
 */
#include "engine.h"
#include "fail-nth.h"
#include "needs.h"
#include "ops.h"
#include "p2p.h"

#include <errno.h>
#include <unistd.h>

#define PAGE 4096
#define MIB2 (2ull << 20)
#define MAX_NTH 500
#define MAX_NS 20000000000ull

static int map(struct actor *actor, struct slot *slot, int64_t pages)
{
	int fd = p2p_open(actor->world->device.bdf);
	int ret = fd < 0 ? fd :
			   slot_map(actor, slot, SLOT_P2P, fd, 0,
				    (size_t)pages * PAGE);

	if (fd >= 0)
		close(fd);
	return ret;
}

/*
 * The slot is empty before: giving up what was there cannot fail then. Others may
 * take the memory, or freeze it: then there is no more to see here.
 */
static int do_map_sweep(struct actor *actor, const int64_t *arg)
{
	uint64_t end_ns = engine_now_ns() + MAX_NS;
	struct slot *slot = slot_of(actor, arg[0]);
	int fd = fail_nth_open();
	uint32_t left = 0;
	int ret;

	if (fd < 0)
		return fd;
	for (uint32_t nth = 1; !left && nth < MAX_NTH; nth++) {
		slot_unmap(slot);
		/* as p2p-map: what comes after a reset is written to */
		if (!gate_enter(actor->world))
			break;
		fail_nth_arm(fd, nth);
		ret = map(actor, slot, arg[1]);
		left = fail_nth_disarm(fd);
		if (!ret)
			touch(slot->addr, true);
		gate_leave(actor->world);
		if (engine_now_ns() > end_ns)
			break;
	}
	slot_unmap(slot);
	close(fd);
	return 0;
}

/* far more than there are in any call */
#define NEVER 100000

/*
 * How many allocations mmap() takes here. Page tables count as well: those of the
 * slot are gone with what was mapped.
 */
static int count_map(struct actor *actor, struct slot *slot, int p2p,
		     size_t bytes, int fd, uint32_t *nr)
{
	int ret;

	slot_unmap(slot);
	fail_nth_arm(fd, NEVER);
	ret = slot_map(actor, slot, SLOT_P2P, p2p, 0, bytes);
	*nr = NEVER - fail_nth_disarm(fd);
	slot_unmap(slot);
	return ret;
}

/*
 * One of the last allocations fails: those are what the driver does, not what
 * comes before it. Others may change the count, so it may be another one, or none.
 */
static int map_failing(struct actor *actor, struct slot *slot, int p2p,
		       size_t bytes, uint32_t from_end)
{
	int fd = fail_nth_open(), ret;
	uint32_t nr;

	if (fd < 0)
		return fd;
	ret = count_map(actor, slot, p2p, bytes, fd, &nr);
	if (!ret && nr <= from_end)
		ret = DONE_NOTHING;
	if (!ret) {
		fail_nth_arm(fd, nr - from_end);
		ret = slot_map(actor, slot, SLOT_P2P, p2p, 0, bytes);
		fail_nth_disarm(fd);
	}
	close(fd);
	return ret;
}

/* The slot is empty afterwards where it failed; otherwise the memory is in use. */
static int do_map_failing(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int fd, ret;

	/* a mapping that comes after a reset may be written to */
	if (!gate_enter(actor->world))
		return DONE_NOTHING;
	fd = p2p_open(actor->world->device.bdf);
	ret = fd < 0 ? fd :
		       map_failing(actor, slot, fd, (size_t)arg[1] * PAGE,
				   (uint32_t)arg[2]);
	if (fd >= 0)
		close(fd);
	gate_leave(actor->world);
	return ret;
}

OP(map_failing) = {
	.name = "map-failing",
	.summary = "mmap() of P2P memory, one of its last allocations failing",
	.source = "ops-sweep.c",
	.needs = NEED_VFIO | NEED_FAIL_NTH,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "pages", 1, 8 },
		  { "allocation, from the last", 0, 15 } },
	.run = do_map_failing,
	.may = MAY(-EAGAIN, -ENOMEM, -ENOENT, -ENODEV, -EINTR),
};

OP(map_sweep) = {
	.name = "map-sweep",
	.summary = "mmap() of P2P memory, each of its allocations failing once",
	.source = "ops-sweep.c",
	.needs = NEED_VFIO | NEED_FAIL_NTH,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 }, { "pages", 1, 8 } },
	.run = do_map_sweep,
};

/* 0: it is registered, with nothing failed on the way */
static int register_with(const struct device *device, int fd, uint32_t nth,
			    uint64_t length)
{
	int ret;

	fail_nth_arm(fd, nth);
	ret = p2p_register(device, device->bar, 0, length, 20000);
	if (fail_nth_disarm(fd))
		return ret;
	/* something has failed, and did no harm */
	if (!ret)
		ret = p2p_unregister(device, device->bar, 20000);
	return ret ? -ENOMEM : -EAGAIN;
}

static int do_register_sweep(struct actor *actor, const int64_t *arg)
{
	struct promise *registered = &actor->world->shared->registered;
	struct device *device = &actor->world->device;
	uint64_t end_ns = engine_now_ns() + MAX_NS;
	uint32_t number = promise_begin(registered);
	int fd = fail_nth_open(), ret = -ENOMEM;

	if (fd < 0)
		return fd;
	for (uint32_t nth = (uint32_t)arg[1]; nth < MAX_NTH; nth++) {
		ret = register_with(device, fd, nth, (uint64_t)arg[0] * MIB2);
		if ((ret != -ENOMEM && ret != -EAGAIN) ||
		    engine_now_ns() > end_ns)
			break;
	}
	close(fd);
	promise_end(registered, number, false);
	return ret == -ENOMEM || ret == -EAGAIN ? 0 : ret;
}

/* Registers twice: the first time tells how many allocations that takes. */
static int register_failing_late(const struct device *device, uint64_t length,
				 uint32_t from_end, uint32_t timeout_ms)
{
	int fd = fail_nth_open(), ret;
	uint32_t nr;

	if (fd < 0)
		return fd;
	fail_nth_arm(fd, NEVER);
	ret = p2p_register(device, device->bar, 0, length, timeout_ms);
	nr = NEVER - fail_nth_disarm(fd);
	if (!ret)
		ret = p2p_unregister(device, device->bar, 20000);
	if (!ret && nr <= from_end)
		ret = DONE_NOTHING;
	if (!ret) {
		fail_nth_arm(fd, nr - from_end);
		ret = p2p_register(device, device->bar, 0, length, timeout_ms);
		fail_nth_disarm(fd);
	}
	close(fd);
	return ret;
}

static int do_register_failing(struct actor *actor, const int64_t *arg)
{
	struct promise *registered = &actor->world->shared->registered;
	struct device *device = &actor->world->device;
	uint32_t number;
	int ret;

	if (device->vfio < 0)
		return DONE_NOTHING;
	number = promise_begin(registered);
	p2p_unregister(device, device->bar, (uint32_t)arg[2]);
	ret = register_failing_late(device, (uint64_t)arg[0] * MIB2,
				    (uint32_t)arg[1], (uint32_t)arg[3]);
	promise_end(registered, number, !ret);
	return ret;
}

OP(register_failing) = {
	.name = "register-failing",
	.summary = "registration, one of its last allocations failing",
	.source = "ops-sweep.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_FAIL_NTH,
	.args = { { "length, 2 MiB", 1, 2 },
		  { "allocation, from the last", 0, 31 },
		  { "timeout of what is undone before, ms", 1000, 1000 },
		  { "timeout of resets, ms", 20000, 20000 } },
	.run = do_register_failing,
	.may = MAY(-EEXIST, -EBUSY, -EIO, -ENOMEM, -ENOENT),
};

OP(register_sweep) = {
	.name = "register-sweep",
	.summary = "registration, each of its allocations failing once",
	.source = "ops-sweep.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_FAIL_NTH,
	.args = { { "length, 2 MiB", 1, 1 }, { "first", 1, 1 } },
	.run = do_register_sweep,
	.may = MAY(-EEXIST, -EBUSY, -EIO),
};
