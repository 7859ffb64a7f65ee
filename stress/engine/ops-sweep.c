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

/* a record tells how many have failed */
static uint32_t disarm(struct world *world, int fd)
{
	uint32_t left = fail_nth_disarm(fd);

	if (!left)
		atomic_fetch_add(&world->shared->nr_failed, 1);
	return left;
}

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
		left = disarm(actor->world, fd);
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

OP(map_sweep) = {
	.name = "map-sweep",
	.summary = "mmap() of P2P memory, each of its allocations failing once",
	.source = "ops-sweep.c",
	.needs = NEED_PROVIDER | NEED_FAIL_NTH,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 }, { "pages", 1, 8 } },
	.run = do_map_sweep,
};

/*
 * 0: it is registered, with nothing failed on the way. -EAGAIN: something has
 * failed, and nothing is registered. Where that cannot be undone, it is what
 * unregistration says.
 */
static int register_with(struct world *world, int fd, uint32_t nth,
			 uint64_t length)
{
	const struct device *device = &world->device;
	int ret;

	fail_nth_arm(fd, nth);
	ret = p2p_register(device, device->bar, 0, length, 20000);
	if (disarm(world, fd))
		return ret;
	if (ret)
		return -EAGAIN;
	return p2p_unregister(device, device->bar, 20000) ?: -EAGAIN;
}

static int do_register_sweep(struct actor *actor, const int64_t *arg)
{
	struct promise *registered = &actor->world->shared->registered;
	uint64_t end_ns = engine_now_ns() + MAX_NS;
	int fd = fail_nth_open(), ret = -EAGAIN;
	uint32_t number;

	if (fd < 0)
		return fd;
	number = promise_begin(registered);
	for (uint32_t nth = (uint32_t)arg[1]; nth < MAX_NTH; nth++) {
		ret = register_with(actor->world, fd, nth,
				    (uint64_t)arg[0] * MIB2);
		if (ret != -EAGAIN || engine_now_ns() > end_ns)
			break;
	}
	close(fd);
	promise_end(registered, number, false);
	return ret == -EAGAIN ? 0 : ret;
}

OP(register_sweep) = {
	.name = "register-sweep",
	.summary = "registration, each of its allocations failing once",
	.source = "ops-sweep.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_FAIL_NTH,
	.args = { { "length, 2 MiB", 1, 1 }, { "first", 1, 1 } },
	/*
	 * Nobody else may register, export or reset the device meanwhile: what is
	 * registered or in use then was left behind by a call that has failed.
	 */
	.run = do_register_sweep,
};
