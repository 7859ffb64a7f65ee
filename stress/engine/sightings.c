// SPDX-License-Identifier: GPL-2.0-only
#include "sightings.h"

#include "host.h"
#include "p2p.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096
#define LOOK_BYTES 64 /* of each page, all of which differ */
/* where dma-bufs may be, see ops-export.c: what nobody registered they may have */
#define HOST_BYTES (8ull << 20)

/*
 * Through the device each access is a round trip: a part of each page has to do. All of
 * 2 MiB takes more than a second in emulation, which is too late to see anything; such
 * parts 25 ms, and the host 10. What arrives comes in pieces of a sector or more:
 * neighbours have another part looked at each.
 */
static uint64_t place(uint64_t page)
{
	return page * PAGE + page * LOOK_BYTES % PAGE;
}

/* past all mappings */
static int look(const struct device *device, const struct sightings *sightings,
		char *copy)
{
	int ret = 0;

	for (uint64_t page = 0; page < sightings->bytes / PAGE && !ret; page++)
		ret = engine_transferred(
			pread(device->vfio, copy + page * LOOK_BYTES,
			      LOOK_BYTES,
			      device_at(device->bar,
					sightings->from + place(page))),
			LOOK_BYTES);
	return ret;
}

int sightings_init(struct world *world, int64_t pages,
		   struct sightings *sightings)
{
	const struct device *device = &world->device;
	size_t size;

	*sightings = (struct sightings){ .few_bytes = (uint64_t)pages * PAGE };
	if (p2p_range(device, device->bar, &sightings->from,
		      &sightings->bytes)) {
		sightings->bytes = sightings->few_bytes;
		sightings->host_bytes = device->bar_bytes < HOST_BYTES ?
						device->bar_bytes :
						HOST_BYTES;
	} else {
		sightings->host_bytes = sightings->bytes;
	}
	size = sightings->bytes / PAGE * LOOK_BYTES;
	sightings->before = malloc(size);
	sightings->after = malloc(size);
	return sightings->before && sightings->after ? 0 : -ENOMEM;
}

void sightings_free(struct sightings *sightings)
{
	free(sightings->before);
	free(sightings->after);
}

void sightings_of_host(struct world *world, struct sightings *sightings)
{
	sightings->begun = atomic_load(&world->shared->begun);
	sightings->copy = host_keep(&world->device, sightings->from,
				    sightings->host_bytes);
	if (sightings->copy > 0 && sightings->bytes > sightings->few_bytes)
		sightings->bytes = sightings->few_bytes;
}

void sightings_of_device(struct world *world, struct sightings *sightings)
{
	struct promise *off = &world->shared->off;

	sightings->off = atomic_load(&off->begun);
	sightings->seen = !atomic_load(&off->busy) &&
			  !look(&world->device, sightings, sightings->before);
}

static void tell(struct world *world, const char *after, uint64_t at,
		 const char *who)
{
	engine_wrong(
		world, ORACLE_DMA,
		"DMA after %s: BAR%u changed at %#llx when it had returned, as seen %s",
		after, world->device.bar, (unsigned long long)at, who);
}

/* Memory that a reset empties has changed as well where somebody has begun one. */
static void compare_of_host(struct world *world, const char *after,
			    struct sightings *sightings)
{
	uint64_t at = 0;
	int ret;

	if (sightings->copy <= 0)
		return;
	ret = host_same(sightings->copy, &at);
	if (ret && ret != -EUCLEAN)
		return;
	if (world->device.forgets &&
	    atomic_load(&world->shared->begun) != sightings->begun)
		return;
	atomic_fetch_add(&world->shared->nr_seen_by_host, 1);
	if (ret)
		tell(world, after, at, "by the host");
}

/*
 * Where others take the memory off meanwhile, or have it off, what is read says
 * nothing.
 */
static void compare_of_device(struct world *world, const char *after,
			      struct sightings *sightings)
{
	struct promise *off = &world->shared->off;

	if (!sightings->seen ||
	    look(&world->device, sightings, sightings->after) ||
	    atomic_load(&off->begun) != sightings->off)
		return;
	atomic_fetch_add(&world->shared->nr_seen_by_device, 1);
	for (uint64_t page = 0; page < sightings->bytes / PAGE; page++)
		if (memcmp(sightings->before + page * LOOK_BYTES,
			   sightings->after + page * LOOK_BYTES, LOOK_BYTES)) {
			tell(world, after, sightings->from + place(page),
			     "through the device");
			break;
		}
}

void sightings_compare(struct world *world, const char *after,
		       struct sightings *sightings)
{
	compare_of_host(world, after, sightings);
	compare_of_device(world, after, sightings);
}
