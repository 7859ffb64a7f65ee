// SPDX-License-Identifier: GPL-2.0-only
/* The device's file: closed, and opened again */
#include "actor.h"
#include "engine.h"
#include "hotplug.h"
#include "needs.h"
#include "ops.h"
#include "power.h"
#include "reopen.h"
#include "stall.h"
#include "text-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define DRIVER "/sys/bus/pci/drivers/vfio-pci"

/*
 * No other actor may use the file meanwhile, and none may be a process, which
 * would have it open, too. Memory of the device and its dma-bufs are for all.
 */
static int do_reopen(struct actor *actor, const int64_t *arg)
{
	struct closing closing;

	if (actor->world->device.vfio < 0)
		return DONE_NOTHING;
	closing = reopen_begin(actor);
	engine_pause_us((uint32_t)arg[0]);
	return reopen_end(actor, &closing);
}

OP(reopen) = {
	.name = "reopen",
	.summary = "close the device and open it again; nobody else may use it",
	.source = "ops-device.c",
	.needs = NEED_VFIO,
	.args = { { "time closed, us", 0, 5000 } },
	.run = do_reopen,
};

/*
 * Closed while I/O has a page of its memory: until that is over nobody else may
 * have the device, whose memory the I/O would reach.
 */
static int do_reopen_stalled(struct actor *actor, const int64_t *arg)
{
	struct device *device = &actor->world->device, second;
	char why[ENGINE_TEXT_BYTES];
	struct closing closing;
	struct stall stall;
	int ret;

	if (device->vfio < 0)
		return DONE_NOTHING;
	ret = stall_slot(actor, slot_of(actor, arg[0]), arg[1], &stall);
	if (ret)
		return ret;
	closing = reopen_begin(actor);
	second = *device;
	if (!device_join(&second, why)) {
		engine_wrong(
			actor->world, ORACLE_MODEL,
			"the device could be opened while I/O of its owner before has its memory");
		close(second.vfio);
	}
	stall_end(&stall);
	return reopen_end(actor, &closing);
}

OP(reopen_stalled) = {
	.name = "reopen-stalled",
	.summary =
		"close the device with I/O on its memory that a userfaultfd stalls, and open it again",
	.source = "ops-device.c",
	.needs = NEED_VFIO | NEED_DISK,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "block of the disk", 0, 1007 } },
	.run = do_reopen_stalled,
};

/* As reopen; unbinding waits for all who use the device or its memory. */
static int do_rebind(struct actor *actor, const int64_t *arg)
{
	const char *bdf = actor->world->device.bdf;
	struct closing closing;
	int ret, err;

	if (actor->world->device.vfio < 0)
		return DONE_NOTHING;
	closing = reopen_begin(actor);
	ret = text_file_write(DRIVER "/unbind", bdf);
	engine_pause_us((uint32_t)arg[0]);
	err = text_file_write(DRIVER "/bind", bdf);
	ret = ret ? ret : err;
	err = reopen_end(actor, &closing);
	return ret ? ret : err;
}

OP(rebind) = {
	.name = "rebind",
	.summary =
		"close the device, unbind its driver, bind it, and open it again",
	.source = "ops-device.c",
	.needs = NEED_VFIO,
	.args = { { "time unbound, us", 0, 5000 } },
	.run = do_rebind,
};

/* As reopen; in between somebody resets what nobody has. */
static int do_reset_closed(struct actor *actor, const int64_t *arg)
{
	enum power_path path = (enum power_path)arg[0];
	struct device *device = &actor->world->device;
	struct closing closing;
	int ret, err;

	if (device->vfio < 0 || !(device->paths & 1u << path))
		return DONE_NOTHING;
	closing = reopen_begin(actor);
	ret = power_begin(actor->world, device, path);
	err = reopen_end(actor, &closing);
	return ret ? ret : err;
}

OP(reset_closed) = {
	.name = "reset-closed",
	.summary =
		"close the device, reset it through sysfs, and open it again",
	.source = "ops-device.c",
	.needs = NEED_VFIO,
	.args = { { "path", POWER_SYSFS, POWER_BRIDGE } },
	.run = do_reset_closed,
	.may = MAY(-EBUSY, -EAGAIN, -EINTR, -EIO),
};

/* As reopen, of another device in the same place. */
static int do_replug(struct actor *actor, const int64_t *arg)
{
	struct world *world = actor->world;
	struct closing closing;
	int ret;

	if (world->device.vfio < 0)
		return DONE_NOTHING;
	closing = reopen_begin(actor);
	actor_may_sleep(actor->log, HOTPLUG_OUT_S);
	ret = hotplug_out(world->device.bdf, arg[0]);
	if (ret == -ETIMEDOUT)
		engine_wrong(world, ORACLE_HANG, "the device does not go");
	engine_pause_us((uint32_t)arg[1]);
	actor_may_sleep(actor->log, HOTPLUG_IN_S);
	if (!ret)
		ret = hotplug_in(world->device.bdf);
	actor_may_sleep(actor->log, 0);
	if (!ret)
		return reopen_end(actor, &closing);
	world_close_end(world, &closing, false);
	return ret;
}

OP(replug) = {
	.name = "replug",
	.summary =
		"close the device, take it out of its slot, and put another one in",
	.source = "ops-device.c",
	.needs = NEED_VFIO | NEED_SLOT,
	.args = { { "button", 0, 1 }, { "time out, us", 0, 5000 } },
	.run = do_replug,
};
