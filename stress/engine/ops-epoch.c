// SPDX-License-Identifier: GPL-2.0-only
/* Resets after which nothing may arrive: whoever looks at the memory sees it */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "power.h"
#include "sightings.h"

#include <errno.h>

#define LOOK_LIMIT_MS 30000

static bool close_gate(struct world *world)
{
	bool closed = gate_close(world, LOOK_LIMIT_MS);

	if (!closed)
		engine_wrong(world, ORACLE_HANG, "an actor does not come out");
	return closed;
}

/* Nobody is inside of the gate any more; what flies belongs to before. */
static void look_twice(struct world *world, enum power_path path,
		       struct sightings *sightings)
{
	sightings_of_device(world, sightings);
	if (!gate_await_landed(world, LOOK_LIMIT_MS))
		engine_wrong(world, ORACLE_HANG, "I/O does not end");
	sightings_compare(world, power_name(path), sightings);
}

/* @by: which device is reset; the memory is that of the one under test */
static int reset_by(struct world *world, struct device *by,
		    enum power_path path, struct sightings *sightings)
{
	int ret = -EBUSY;

	if (close_gate(world)) {
		ret = power_begin(world, by, path);
		if (!ret) {
			sightings_of_host(world, sightings);
			ret = power_end(by, path);
		}
		if (!ret)
			look_twice(world, path, sightings);
	}
	gate_open(world);
	return ret;
}

static int reset_and_look(struct world *world, enum power_path path,
			  struct sightings *sightings)
{
	return reset_by(world, &world->device, path, sightings);
}

static int twin_reset_and_look(struct world *world, enum power_path path,
			       struct sightings *sightings)
{
	return reset_by(world, &world->twin, path, sightings);
}

/* @how: takes memory away, and looks at what arrives */
static int epoch(struct actor *actor, const int64_t *arg,
		 int (*how)(struct world *world, enum power_path path,
			    struct sightings *sightings))
{
	struct sightings sightings;
	int ret;

	if (!(actor->world->device.paths & 1u << arg[0]))
		return DONE_NOTHING;
	ret = sightings_init(actor->world, arg[1], &sightings);
	if (!ret)
		ret = how(actor->world, (enum power_path)arg[0], &sightings);
	sightings_free(&sightings);
	return ret;
}

/*
 * When a reset has returned, nothing that was under way before may arrive: until
 * somebody begins anew, no byte changes.
 */
static int do_reset_epoch(struct actor *actor, const int64_t *arg)
{
	return epoch(actor, arg, reset_and_look);
}

OP(reset_epoch) = {
	.name = "reset-epoch",
	.summary = "reset; then nothing may arrive until new I/O begins",
	.source = "ops-epoch.c",
	.needs = NEED_VFIO,
	.args = { { "path", POWER_RESET, POWER_RESET },
		  { "pages to look at", 32, 512 } },
	.run = do_reset_epoch,
	.may = RESET_MAY,
};

/* Who resets it has another function's file, not that of the memory. */
static int do_twin_reset_epoch(struct actor *actor, const int64_t *arg)
{
	if (actor->world->twin.vfio < 0)
		return DONE_NOTHING;
	return epoch(actor, arg, twin_reset_and_look);
}

OP(twin_reset_epoch) = {
	.name = "twin-reset-epoch",
	.summary = "the same by the other function on the bus",
	.source = "ops-epoch.c",
	.needs = NEED_VFIO | NEED_TWIN,
	.args = { { "path", POWER_HOT_RESET, POWER_HOT_RESET },
		  { "pages to look at", 32, 512 } },
	.run = do_twin_reset_epoch,
	.may = RESET_MAY,
};

/*
 * Others map memory and begin I/O until it is off. Then nobody can, and nobody is
 * to before it was looked at: where somebody else may have given it back in
 * between, who knows.
 */
static int off_and_look(struct world *world, enum power_path path,
			struct sightings *sightings)
{
	struct promise *off = &world->shared->off;
	struct device *device = &world->device;
	bool known, closed;
	uint32_t kept;
	int ret;

	ret = power_begin(world, device, path);
	if (ret)
		return ret;
	kept = promise_kept(off);
	closed = close_gate(world);
	if (closed)
		sightings_of_host(world, sightings);
	known = promise_holds(off, kept);
	ret = power_end(device, path);
	if (!ret && closed && known)
		look_twice(world, path, sightings);
	gate_open(world);
	return ret;
}

static int do_off_epoch(struct actor *actor, const int64_t *arg)
{
	return epoch(actor, arg, off_and_look);
}

OP(off_epoch) = {
	.name = "off-epoch",
	.summary =
		"take memory off the bus; then nothing may arrive until new I/O begins",
	.source = "ops-epoch.c",
	.needs = NEED_VFIO,
	.args = { { "path", POWER_MEMORY, POWER_MEMORY },
		  { "pages to look at", 32, 512 } },
	.run = do_off_epoch,
	.may = RESET_MAY,
};
