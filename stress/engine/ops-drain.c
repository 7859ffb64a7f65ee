// SPDX-License-Identifier: GPL-2.0-only
/* I/O has a page: what a registration is while it ends, and who is told to go away */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "p2p.h"
#include "power.h"
#include "stall.h"

#include <errno.h>
#include <linux/vfio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define MIB2 (2ull << 20)
#define MS_NS 1000000ull

#define DRAIN_LIMIT_MS 10000

/* An unregistration in a thread of its own */
struct drain {
	struct actor *actor;
	int64_t timeout_ms;
	int ret;
	atomic_bool ended;
};

static void *unregister(void *arg)
{
	struct drain *drain = arg;
	const int64_t args[ENGINE_NR_ARGS] = { drain->timeout_ms };

	drain->ret = op_unregister.run(drain->actor, args);
	atomic_store(&drain->ended, true);
	return NULL;
}

static bool is_draining(const struct device *device)
{
	return p2p_state(device, device->bar, NULL) == VFIO_P2P_STATE_DRAINING;
}

static bool await_draining(const struct drain *drain)
{
	uint64_t end_ns = engine_now_ns() + DRAIN_LIMIT_MS * MS_NS;

	while (!is_draining(&drain->actor->world->device)) {
		if (engine_now_ns() > end_ns || atomic_load(&drain->ended))
			return false;
		engine_pause_us(500);
	}
	return true;
}

static int allocate(const struct device *device)
{
	int fd = p2p_open(device->bdf), ret = fd;
	void *at;

	if (fd < 0)
		return ret;
	at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ret = at == MAP_FAILED ? -errno : 0;
	if (!ret)
		munmap(at, PAGE);
	close(fd);
	return ret;
}

static void expect(struct actor *actor, const char *what, int wanted, int got)
{
	const struct device *device = &actor->world->device;
	char should[32], did[32];

	/* still the same: I/O has the page, and time is not over */
	if (got != wanted && is_draining(device))
		engine_wrong(
			actor->world, ORACLE_MODEL,
			"while a registration drains, %s ended with %s, not %s",
			what, engine_result_text(got, did),
			engine_result_text(wanted, should));
}

/* What ends is neither used, nor ended again, nor replaced. */
static void ask(struct actor *actor, int64_t slot)
{
	const int64_t exported[ENGINE_NR_ARGS] = { slot, 0, 1, 0 };
	const struct device *device = &actor->world->device;

	expect(actor, "registration", -EBUSY,
	       p2p_register(device, device->bar, 0, MIB2, 0));
	expect(actor, "unregistration", -EBUSY,
	       p2p_unregister(device, device->bar, 1));
	if (device->other_bar == device->bar)
		expect(actor, "allocation", -EAGAIN, allocate(device));
	expect(actor, "export", -EBUSY, op_export.run(actor, exported));
}

/* P2P memory that I/O has a page of, if there is any to be had */
static int pin(struct actor *actor, const int64_t *arg, struct stall *stall)
{
	const int64_t mapped[ENGINE_NR_ARGS] = { arg[0], 1 };
	int ret = op_p2p_map.run(actor, mapped);

	if (ret)
		return DONE_NOTHING;
	ret = stall_slot(actor, slot_of(actor, arg[0]), arg[1], stall);
	/* somebody took it away before I/O had it */
	return ret == -EFAULT ? DONE_NOTHING : ret;
}

/*
 * Where there is time, I/O ends when others have been asked; where there is little,
 * when that is over, and the registration stays.
 */
static int do_unregister_pinned(struct actor *actor, const int64_t *arg)
{
	struct drain drain = { .actor = actor, .timeout_ms = arg[2] };
	struct stall stall;
	pthread_t thread;
	int ret, read;

	if (actor->world->device.vfio < 0)
		return DONE_NOTHING;
	ret = pin(actor, arg, &stall);
	if (ret)
		return ret;
	ret = -pthread_create(&thread, NULL, unregister, &drain);
	if (ret) {
		stall_end(&stall);
		return ret;
	}
	if (arg[3])
		pthread_join(thread, NULL);
	else if (await_draining(&drain))
		ask(actor, arg[0]);
	read = stall_end(&stall);
	if (!arg[3])
		pthread_join(thread, NULL);
	return drain.ret ? drain.ret : read;
}

OP(unregister_pinned) = {
	.name = "unregister-pinned",
	.summary =
		"unregister while I/O has a page; others are asked meanwhile, or its time is over first",
	.source = "ops-drain.c",
	.needs = NEED_VFIO | NEED_P2P,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "block of the disk", 0, 1007 },
		  { "timeout, ms", 20000, 20000 },
		  { "until that is over", 0, 0 } },
	.run = do_unregister_pinned,
	.may = MAY(-ENOENT, -EBUSY, -ETIMEDOUT, -EFAULT),
};

/* It gives up after the time that the memory was registered with, and undoes all. */
static int do_reset_pinned(struct actor *actor, const int64_t *arg)
{
	enum power_path path = (enum power_path)arg[2];
	struct world *world = actor->world;
	struct stall stall;
	int ret;

	if (!(world->device.paths & 1u << path))
		return DONE_NOTHING;
	ret = pin(actor, arg, &stall);
	if (ret)
		return ret;
	ret = power_begin(world, &world->device, path);
	if (!ret)
		ret = power_end(&world->device, path);
	stall_end(&stall);
	return ret;
}

OP(reset_pinned) = {
	.name = "reset-pinned",
	.summary = "a reset that has to give up, since I/O has a page",
	.source = "ops-drain.c",
	.needs = NEED_VFIO,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "block of the disk", 0, 1007 },
		  { "path", POWER_RESET, POWER_RESET } },
	.run = do_reset_pinned,
	.may = RESET_MAY,
};
