// SPDX-License-Identifier: GPL-2.0-only
/* Resets, and other ways to take the device's memory off the bus */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "power.h"

#include <errno.h>

#define MAX_PAUSE_US 20000

#define GATE_LIMIT_MS 30000

static int reset_and_back(struct actor *actor, const int64_t *arg)
{
	enum power_path path = (enum power_path)arg[0];
	struct device *device = &actor->world->device;
	int ret = power_begin(actor->world, device, path);

	if (ret)
		return ret;
	engine_pause_us((uint32_t)arg[1]);
	return power_end(device, path);
}

/* Memory that has to be enabled by its user is nothing for others before that. */
static int do_reset(struct actor *actor, const int64_t *arg)
{
	struct device *device = &actor->world->device;
	int ret;

	if (!(device->paths & 1u << arg[0]))
		return DONE_NOTHING;
	if (!device->pmr)
		return reset_and_back(actor, arg);
	if (!gate_close(actor->world, GATE_LIMIT_MS))
		engine_wrong(actor->world, ORACLE_HANG,
			     "an actor does not come out");
	ret = reset_and_back(actor, arg);
	gate_open(actor->world);
	return ret;
}

OP(reset) = {
	.name = "reset",
	.summary = "reset, or take memory off the bus and give it back",
	.source = "ops-reset.c",
	.needs = NEED_VFIO,
	.args = { { "path", POWER_RESET, POWER_RESET },
		  { "time off, us", 0, MAX_PAUSE_US } },
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
