// SPDX-License-Identifier: GPL-2.0-only
/* Resets after which nothing may arrive: whoever looks at the memory sees it */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "power.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_BYTES 64 /* of each block, all of which differ */
#define LOOK_STEP 4096
#define LOOK_LIMIT_MS 30000

/* the begin of every block of the BAR's first bytes, past all mappings */
static int look(const struct device *device, char *copy, uint64_t bytes)
{
	int ret = 0;

	for (uint64_t at = 0; at < bytes && !ret; at += LOOK_STEP)
		ret = engine_transferred(
			pread(device->vfio, copy + at / LOOK_STEP * LOOK_BYTES,
			      LOOK_BYTES,
			      (off_t)(((uint64_t)device->bar << 40) + at)),
			LOOK_BYTES);
	return ret;
}

/* where somebody looks, before and after */
struct sightings {
	uint64_t bytes;
	char *before;
	char *after;
};

static int sightings_init(struct sightings *sightings, int64_t pages)
{
	size_t size = (size_t)pages * LOOK_BYTES;

	*sightings = (struct sightings){
		.bytes = (uint64_t)pages * LOOK_STEP,
		.before = malloc(size),
		.after = malloc(size),
	};
	return sightings->before && sightings->after ? 0 : -ENOMEM;
}

static void sightings_free(struct sightings *sightings)
{
	free(sightings->before);
	free(sightings->after);
}

static void compare(struct world *world, enum power_path path,
		    const struct sightings *sightings)
{
	for (uint64_t at = 0; at < sightings->bytes / LOOK_STEP; at++)
		if (memcmp(sightings->before + at * LOOK_BYTES,
			   sightings->after + at * LOOK_BYTES, LOOK_BYTES)) {
			engine_wrong(
				world, ORACLE_DMA,
				"DMA after %s: BAR%u changed at %#llx when it had returned",
				power_name(path), world->device.bar,
				(unsigned long long)at * LOOK_STEP);
			break;
		}
}

/*
 * Nobody is inside of the gate any more; what flies belongs to before. Where
 * others take the memory off meanwhile, or have it off, what is read says nothing.
 */
static void look_twice(struct world *world, enum power_path path,
		       struct sightings *sightings)
{
	struct promise *off = &world->shared->off;
	uint32_t begun = atomic_load(&off->begun);
	bool quiet = !atomic_load(&off->busy) &&
		     !look(&world->device, sightings->before, sightings->bytes);

	if (!gate_await_landed(world, LOOK_LIMIT_MS))
		engine_wrong(world, ORACLE_HANG, "I/O does not end");
	if (quiet &&
	    !look(&world->device, sightings->after, sightings->bytes) &&
	    atomic_load(&off->begun) == begun)
		compare(world, path, sightings);
}

static bool close_gate(struct world *world)
{
	bool closed = gate_close(world, LOOK_LIMIT_MS);

	if (!closed)
		engine_wrong(world, ORACLE_HANG, "an actor does not come out");
	return closed;
}

static int reset_and_look(struct world *world, enum power_path path,
			  struct sightings *sightings)
{
	struct device *device = &world->device;
	int ret = -EBUSY;

	if (close_gate(world)) {
		ret = power_begin(world, device, path);
		if (!ret)
			ret = power_end(device, path);
		if (!ret)
			look_twice(world, path, sightings);
	}
	gate_open(world);
	return ret;
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
	ret = sightings_init(&sightings, arg[1]);
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
		  { "pages to look at", 32, 256 } },
	.run = do_reset_epoch,
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
		  { "pages to look at", 32, 256 } },
	.run = do_off_epoch,
	.may = RESET_MAY,
};
