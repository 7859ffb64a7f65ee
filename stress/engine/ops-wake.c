// SPDX-License-Identifier: GPL-2.0-only
/* Who waits for the last page, and is woken when it comes back */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "p2p.h"
#include "power.h"
#include "stall.h"

#include <errno.h>
#include <linux/vfio.h>
#include <unistd.h>

#define PAGE 4096
#define MS_NS 1000000ull

#define WAIT_LIMIT_MS 10000
#define UNREGISTER_MS 20000
#define LATE_MS 500
#define NR_LATE 3

/* One that waits for the last page, in a thread of its own, and how the read ended */
struct waiter {
	struct actor *actor;
	uint64_t end_ns;
	int ret;
	int read;
	atomic_bool ended;
};

static void *end_wait(struct waiter *waiter, int ret)
{
	waiter->ret = ret;
	waiter->end_ns = engine_now_ns();
	atomic_store(&waiter->ended, true);
	return NULL;
}

static void *turn_off(void *arg)
{
	struct waiter *waiter = arg;
	struct world *world = waiter->actor->world;

	return end_wait(waiter,
			power_begin(world, &world->device, POWER_MEMORY));
}

static void *unregister(void *arg)
{
	static const int64_t args[ENGINE_NR_ARGS] = { UNREGISTER_MS };
	struct waiter *waiter = arg;

	return end_wait(waiter, op_unregister.run(waiter->actor, args));
}

static bool waits(const struct device *device)
{
	int state = p2p_state(device, device->bar, NULL);

	return state == VFIO_P2P_STATE_FROZEN ||
	       state == VFIO_P2P_STATE_DRAINING;
}

static bool await_waiter(const struct waiter *waiter)
{
	uint64_t end_ns = engine_now_ns() + WAIT_LIMIT_MS * MS_NS;

	while (!waits(&waiter->actor->world->device)) {
		if (engine_now_ns() > end_ns || atomic_load(&waiter->ended))
			return false;
		engine_pause_us(500);
	}
	return true;
}

/*
 * The last page comes back @held_ms after somebody has begun to wait for it. The
 * time of both ends is left in @stall and @waiter.
 */
static int stall_waiter(const struct slot *slot, const int64_t *arg,
			void *(*wait)(void *), struct stall *stall,
			struct waiter *waiter)
{
	struct actor *actor = waiter->actor;
	pthread_t thread;
	int ret = stall_slot(actor, slot, arg[1], stall);

	if (ret)
		return ret;
	ret = -pthread_create(&thread, NULL, wait, waiter);
	if (ret) {
		stall_end(stall);
		return ret;
	}
	if (await_waiter(waiter))
		engine_pause_us((uint32_t)arg[2] * 1000);
	waiter->read = stall_end(stall);
	pthread_join(thread, NULL);
	return waiter->ret;
}

/* How much later than its page, in ms, one that waits for it goes on, or -errno */
static int64_t wake(struct actor *actor, const int64_t *arg)
{
	struct waiter waiter = { .actor = actor };
	struct stall stall;
	int ret = stall_waiter(slot_of(actor, arg[0]), arg, turn_off, &stall,
			       &waiter);

	if (!ret)
		ret = power_end(&actor->world->device, POWER_MEMORY);
	if (ret)
		return ret < 0 ? ret : -EFAULT;
	return waiter.end_ns < stall.end_ns ?
		       0 :
		       (int64_t)((waiter.end_ns - stall.end_ns) / MS_NS);
}

/*
 * Who waits is woken when the last page comes back. After the first second of
 * waiting it looks by itself once a second only: the page comes back just after
 * such a look. A machine that is busy may be late once, hardly thrice.
 */
static int do_wake(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t late;

	for (int i = 0; i < NR_LATE; i++) {
		int fd = p2p_open(actor->world->device.bdf);
		int ret = fd < 0 ? fd :
				   slot_map(actor, slot, SLOT_P2P, fd, 0, PAGE);

		if (fd >= 0)
			close(fd);
		if (ret)
			return ret;
		late = wake(actor, arg);
		if (late < LATE_MS)
			return late < 0 ? (int)late : 0;
	}
	engine_wrong(
		actor->world, ORACLE_HANG,
		"COMMAND.MEM=0 went on %lld ms after the I/O that it waited for, %d times in a row",
		(long long)late, NR_LATE);
	return 0;
}

OP(wake) = {
	.name = "wake",
	.summary = "the last page comes back while COMMAND.MEM=0 waits for it",
	.source = "ops-wake.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_DISK,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "block of the disk", 0, 1007 },
		  { "held, ms", 1060, 1200 } },
	.run = do_wake,
};

/* The read is stalled: what it has pinned comes back by its own task. */
static int do_unregister_stalled(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	struct waiter waiter = { .actor = actor };
	struct stall stall;
	int ret;

	if (slot->kind != SLOT_P2P)
		return DONE_NOTHING;
	ret = stall_waiter(slot, arg, unregister, &stall, &waiter);
	return ret ? ret : waiter.read;
}

OP(unregister_stalled) = {
	.name = "unregister-stalled",
	.summary =
		"unregister while a userfaultfd stalls a read that has the last page pinned",
	.source = "ops-wake.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_DISK,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "block of the disk", 0, 1007 },
		  { "held, ms", 0, 50 } },
	.run = do_unregister_stalled,
	.may = MAY(-ENOENT, -EBUSY, -EFAULT),
};
