// SPDX-License-Identifier: GPL-2.0-only
/*
 * A provider that its own driver has: unbound, taken from the bus, reset
 *
 * What the driver promises of its P2P memory ends with it: removal takes away
 * mappings, gives out no more, and waits for who has a page, I/O above all. While
 * the device is being reset or shut down nobody knows what its memory does, since
 * the driver tells those who have it nothing: it counts as shaken meanwhile.
 */
#include "actor.h"
#include "cmb.h"
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "power.h"

#include <errno.h>

#define FREE_LIMIT_MS 20000

/* a driver that goes, and comes back */
struct going {
	uint32_t number;
	uint32_t registered;
	uint32_t shaken;
	uint32_t off;
};

static void begin(struct shared *shared, struct going *going)
{
	going->number = power_will_end(shared);
	going->registered = promise_begin(&shared->registered);
	going->shaken = promise_begin(&shared->shaken);
	going->off = promise_begin(&shared->off);
}

static void has_gone(struct shared *shared, const struct going *going)
{
	power_has_ended(shared, going->number);
	promise_end(&shared->off, going->off, true);
}

static void comes_back(struct shared *shared, struct going *going, bool gone)
{
	if (!gone)
		promise_end(&shared->off, going->off, false);
	going->off = promise_begin(&shared->off);
}

static void is_back(struct shared *shared, const struct going *going, bool back)
{
	promise_end(&shared->off, going->off, false);
	promise_end(&shared->shaken, going->shaken, false);
	promise_end(&shared->registered, going->registered, back);
}

/* nobody else may do so meanwhile */
static int away_and_back(struct actor *actor, int (*away)(const char *bdf),
			 int (*back)(const char *bdf), int64_t us)
{
	struct shared *shared = actor->world->shared;
	const char *bdf = actor->world->device.bdf;
	struct going going;
	int ret, err;

	begin(shared, &going);
	actor_may_sleep(actor->log, CMB_LEAVE_S);
	ret = away(bdf);
	if (!ret)
		has_gone(shared, &going);
	engine_pause_us((uint32_t)us);
	comes_back(shared, &going, !ret);
	actor_may_sleep(actor->log, CMB_READY_S);
	err = back(bdf);
	is_back(shared, &going, !err);
	return ret ? ret : err;
}

static int do_cmb_rebind(struct actor *actor, const int64_t *arg)
{
	if (!actor->world->device.cmb)
		return DONE_NOTHING;
	return away_and_back(actor, cmb_unbind, cmb_bind, arg[0]);
}

OP(cmb_rebind) = {
	.name = "cmb-rebind",
	.summary = "unbind the driver of the CMB, and bind it",
	.source = "ops-cmb.c",
	.needs = NEED_CMB,
	.args = { { "time unbound, us", 0, 5000 } },
	.run = do_cmb_rebind,
};

static int do_cmb_replug(struct actor *actor, const int64_t *arg)
{
	if (!actor->world->device.cmb)
		return DONE_NOTHING;
	return away_and_back(actor, cmb_remove, cmb_rescan, arg[0]);
}

OP(cmb_replug) = {
	.name = "cmb-replug",
	.summary = "remove the device of the CMB, and scan the bus for it",
	.source = "ops-cmb.c",
	.needs = NEED_CMB,
	.args = { { "time away, us", 0, 5000 } },
	.run = do_cmb_replug,
};

static int do_cmb_reset(struct actor *actor, const int64_t *arg)
{
	struct shared *shared = actor->world->shared;
	uint32_t shaken;
	int ret;

	if (!actor->world->device.cmb)
		return DONE_NOTHING;
	shaken = promise_begin(&shared->shaken);
	actor_may_sleep(actor->log, CMB_RESET_S);
	ret = cmb_reset(actor->world->device.bdf, (enum cmb_reset)arg[0]);
	promise_end(&shared->shaken, shaken, false);
	return ret;
}

OP(cmb_reset) = {
	.name = "cmb-reset",
	.summary = "reset the controller that has the CMB, or its PCI function",
	.source = "ops-cmb.c",
	.needs = NEED_CMB,
	.args = { { "path", CMB_RESET_CONTROLLER, CMB_RESET_FUNCTION } },
	.run = do_cmb_reset,
	/* the driver or the device is gone, comes, or is being reset */
	.may = MAY(-ENOENT, -ENODEV, -EBUSY, -EAGAIN, -ENETRESET),
};

/*
 * At a quiet point: what is allocated is what the driver has for its own queues,
 * or less, where it got none. Pages come back by RCU callbacks and by I/O that
 * ends, hence the wait.
 */
static int do_cmb_expect_free(struct actor *actor, const int64_t *arg)
{
	uint64_t end_ns = engine_now_ns() + FREE_LIMIT_MS * 1000000ull;
	const struct device *device = &actor->world->device;
	uint64_t used;

	do {
		if (!device->cmb || cmb_used(device->bdf, &used))
			return DONE_NOTHING;
		if (used <= device->cmb_used)
			return 0;
		engine_pause_us(1000);
	} while (engine_now_ns() < end_ns);
	engine_wrong(actor->world, ORACLE_LEAK,
		     "leak: %llu bytes of the CMB never came back",
		     (unsigned long long)(used - device->cmb_used));
	return 0;
}

OP(cmb_expect_free) = {
	.name = "cmb-expect-free",
	.summary = "no more of the CMB is in use than the driver itself has",
	.source = "ops-cmb.c",
	.needs = NEED_CMB,
	.run = do_cmb_expect_free,
};
