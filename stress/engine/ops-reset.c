// SPDX-License-Identifier: GPL-2.0-only
/* Resets, and other ways to take the device's memory off the bus */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "power.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * EBUSY: I/O was still under way when the time of the registration was over,
 * another reset is under way, or the device is in low power already. EAGAIN:
 * likewise, of the bus. EIO: configuration space of a device in low power.
 */
#define RESET_MAY MAY(-EBUSY, -EAGAIN, -EINTR, -EIO)

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

#define LOOK_BYTES 64 /* of each block, all of which differ */
#define LOOK_STEP 4096
#define LOOK_LIMIT_MS 30000

/* the begin of every block of the BAR's first bytes, past all mappings */
static int look(const struct device *device, char *copy, uint64_t bytes)
{
	for (uint64_t at = 0; at < bytes; at += LOOK_STEP)
		if (pread(device->vfio, copy + at / LOOK_STEP * LOOK_BYTES,
			  LOOK_BYTES,
			  (off_t)(((uint64_t)device->bar << 40) + at)) !=
		    LOOK_BYTES)
			return errno ? -errno : -EIO;
	return 0;
}

/* Nobody is inside of the gate any more; what flies belongs to before. */
static int reset_and_look(struct actor *actor, enum power_path path,
			  uint64_t bytes, char *before, char *after)
{
	struct world *world = actor->world;
	struct device *device = &world->device;
	int ret = power_begin(world, device, path);

	if (!ret)
		ret = power_end(device, path);
	if (!ret)
		ret = look(device, before, bytes);
	if (!gate_await_landed(world, LOOK_LIMIT_MS))
		engine_wrong(world, ORACLE_HANG, "I/O does not end");
	if (ret || look(device, after, bytes))
		return ret;
	for (uint64_t at = 0; at < bytes / LOOK_STEP; at++)
		if (memcmp(before + at * LOOK_BYTES, after + at * LOOK_BYTES,
			   LOOK_BYTES)) {
			engine_wrong(
				world, ORACLE_DMA,
				"DMA after %s: BAR%u changed at %#llx when it had returned",
				power_name(path), device->bar,
				(unsigned long long)at * LOOK_STEP);
			break;
		}
	return 0;
}

/*
 * When a reset has returned, nothing that was under way before may arrive: until
 * somebody begins anew, no byte changes. Two actors must not do this at once.
 */
static int do_reset_epoch(struct actor *actor, const int64_t *arg)
{
	uint64_t bytes = (uint64_t)arg[1] * LOOK_STEP;
	size_t size = bytes / LOOK_STEP * LOOK_BYTES;
	char *before = malloc(size), *after = malloc(size);
	int ret = -ENOMEM;

	if (!(actor->world->device.paths & 1u << arg[0]))
		ret = DONE_NOTHING;
	else if (before && after && gate_close(actor->world, LOOK_LIMIT_MS))
		ret = reset_and_look(actor, (enum power_path)arg[0], bytes,
				     before, after);
	else
		engine_wrong(actor->world, ORACLE_HANG,
			     "an actor does not come out");
	gate_open(actor->world);
	free(before);
	free(after);
	return ret;
}

OP(reset_epoch) = {
	.name = "reset-epoch",
	.summary = "reset; then nothing may arrive until new I/O begins",
	.source = "ops-reset.c",
	.needs = NEED_VFIO,
	.args = { { "path", POWER_RESET, POWER_RESET },
		  { "pages to look at", 32, 256 } },
	.run = do_reset_epoch,
	.may = RESET_MAY,
};
