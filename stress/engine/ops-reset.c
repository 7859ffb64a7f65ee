// SPDX-License-Identifier: GPL-2.0-only
/* Resets, and other ways to take the device's memory off the bus */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "power.h"

#include <errno.h>

#define MAX_PAUSE_US 20000

/*
 * What was off is given back when that is over; a reset does it itself, at a moment that
 * nobody knows. Memory that has to be enabled by its user does not answer before that.
 */
static int reset_and_back(struct actor *actor, const int64_t *arg)
{
	enum power_path path = (enum power_path)arg[0];
	struct promise *unready = &actor->world->shared->unready;
	struct device *device = &actor->world->device;
	bool early = device->pmr && !power_keeps_off(device, path);
	bool late = device->pmr && !early;
	uint32_t number = early ? promise_begin(unready) : 0;
	int ret = power_begin(actor->world, device, path);

	if (!ret) {
		engine_pause_us((uint32_t)arg[1]);
		if (late)
			number = promise_begin(unready);
		ret = power_end(device, path);
		if (late)
			promise_end(unready, number, false);
	}
	if (early)
		promise_end(unready, number, false);
	return ret;
}

/* what flies, or has landed, when a reset begins */
struct sky {
	uint64_t begin_ns;
	uint64_t landed_ns;
	int32_t flying;
};

static struct sky look_up(const struct shared *shared)
{
	return (struct sky){
		.begin_ns = engine_now_ns(),
		.landed_ns = atomic_load(&shared->landed_ns),
		.flying = atomic_load(&shared->nr_flying),
	};
}

/*
 * Mappings are taken away, those as well that somebody is just making: a reset waits
 * for I/O only. Here it has waited for all of the time that it has, and for nobody.
 */
static void judge_wait(struct world *world, enum power_path path,
		       const struct sky *before)
{
	struct sky after = look_up(world->shared);
	uint64_t took_ms = (after.begin_ns - before->begin_ns) / 1000000;
	uint32_t least_ms = atomic_load(&world->shared->least_ms);

	if (before->flying || after.flying ||
	    before->landed_ns != after.landed_ns)
		return;
	if (least_ms && took_ms >= least_ms)
		engine_wrong(
			world, ORACLE_HANG,
			"%s gave up after %llu ms, and there was no I/O to wait for",
			power_name(path), (unsigned long long)took_ms);
}

static int do_reset(struct actor *actor, const int64_t *arg)
{
	enum power_path path = (enum power_path)arg[0];
	struct world *world = actor->world;
	struct sky before = look_up(world->shared);
	int ret;

	if (!(world->device.paths & 1u << path))
		return DONE_NOTHING;
	ret = reset_and_back(actor, arg);
	if (arg[2] && ret == -EBUSY)
		judge_wait(world, path, &before);
	return ret;
}

OP(reset) = {
	.name = "reset",
	.summary = "reset, or take memory off the bus and give it back",
	.source = "ops-reset.c",
	.needs = NEED_VFIO,
	.args = { { "path", POWER_RESET, POWER_RESET },
		  { "time off, us", 0, MAX_PAUSE_US },
		  { "wrong where it waits for no I/O", 0, 0 } },
	.run = do_reset,
	.may = RESET_MAY,
};

static int do_power_off(struct actor *actor, const int64_t *arg)
{
	return power_begin(actor->world, &actor->world->device,
			   (enum power_path)arg[0]);
}

OP(power_off) = {
	.name = "power-off",
	.summary = "take memory off the bus, until power-on",
	.source = "ops-reset.c",
	.needs = NEED_VFIO,
	.args = { { "path", POWER_MEMORY, POWER_LOW } },
	.run = do_power_off,
	/* EINVAL: in low power already */
	.may = MAY(-EBUSY, -EINTR, -EIO, -EINVAL),
};

static int do_power_on(struct actor *actor, const int64_t *arg)
{
	return power_end(&actor->world->device, (enum power_path)arg[0]);
}

OP(power_on) = {
	.name = "power-on",
	.summary = "give it back",
	.source = "ops-reset.c",
	.needs = NEED_VFIO,
	.args = { { "path", POWER_MEMORY, POWER_LOW } },
	.run = do_power_on,
	.may = MAY(-EIO),
};

static int do_twin_reset(struct actor *actor, const int64_t *arg)
{
	if (actor->world->twin.vfio < 0)
		return DONE_NOTHING;
	return power_begin(actor->world, &actor->world->twin,
			   (enum power_path)arg[0]);
}

OP(twin_reset) = {
	.name = "twin-reset",
	.summary = "the same to the other function on the bus",
	.source = "ops-reset.c",
	.needs = NEED_VFIO | NEED_TWIN,
	.args = { { "path", POWER_HOT_RESET, POWER_HOT_RESET } },
	.run = do_twin_reset,
	.may = RESET_MAY,
};
