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

#define FROZEN_LIMIT_MS 10000
#define LATE_MS 500
#define NR_LATE 3

/* COMMAND.MEM off, in a thread of its own */
struct waiter {
	struct world *world;
	uint64_t end_ns;
	int ret;
};

static void *turn_off(void *arg)
{
	struct waiter *waiter = arg;

	waiter->ret = power_begin(waiter->world, &waiter->world->device,
				  POWER_MEMORY);
	waiter->end_ns = engine_now_ns();
	return NULL;
}

static bool await_frozen(const struct device *device)
{
	uint64_t end_ns = engine_now_ns() + FROZEN_LIMIT_MS * MS_NS;

	while (p2p_state(device, device->bar, NULL) != VFIO_P2P_STATE_FROZEN) {
		if (engine_now_ns() > end_ns)
			return false;
		engine_pause_us(500);
	}
	return true;
}

/*
 * One that waits for a page, which comes back after @hold_ms. Returns how much
 * later, in ms, it goes on, or -errno.
 */
static int64_t wake(struct actor *actor, const int64_t *arg)
{
	struct device *device = &actor->world->device;
	struct waiter waiter = { .world = actor->world };
	struct stall stall;
	pthread_t thread;
	int ret = stall_slot(actor, slot_of(actor, arg[0]), arg[1], &stall);

	if (ret)
		return -EFAULT;
	ret = -pthread_create(&thread, NULL, turn_off, &waiter);
	if (ret) {
		stall_end(&stall);
		return ret;
	}
	if (await_frozen(device))
		engine_pause_us((uint32_t)arg[2] * 1000);
	stall_end(&stall);
	pthread_join(thread, NULL);
	ret = waiter.ret ? waiter.ret : power_end(device, POWER_MEMORY);
	if (ret)
		return ret;
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
