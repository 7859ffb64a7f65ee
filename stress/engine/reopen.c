// SPDX-License-Identifier: GPL-2.0-only
#include "reopen.h"

#include "actor.h"
#include "bound.h"
#include "opening.h"

#include <errno.h>

/*
 * The last close waits five seconds for I/O (VFIO_PCI_P2P_CLOSE_TIMEOUT), and leaves
 * the rest to a worker; besides, it resets the device.
 */
#define CLOSE_MS 15000

/* has the allocation of this call failed that is to? */
static bool has_failed(struct actor *actor)
{
	uint32_t left = actor_spare(actor);

	actor_spare_no_more(actor, left);
	return actor->failing && !left;
}

/* -ENODEV: there is no such device any more, no use to wait */
static int open_again(struct actor *actor)
{
	struct world *world = actor->world;
	uint64_t begin_ns = engine_now_ns();
	char why[ENGINE_TEXT_BYTES];
	int ret;

	while ((ret = device_join(&world->device, why)) &&
	       (ret != -ENODEV || actor->failing) &&
	       opening_await(world, begin_ns, "the device", why))
		;
	return ret;
}

/*
 * The kernel has to give the device back to its default domain, and Linux 7.3 warns
 * where the driver of Intel's IOMMU has no memory for that
 * (docs/findings/no-domain-for-want-of-memory.md): no allocation fails here.
 */
struct closing reopen_begin(struct actor *actor)
{
	struct device *device = &actor->world->device;
	uint32_t left = actor_spare(actor);
	struct closing closing;
	uint64_t begin_ns;

	world_close_begin(actor->world, &closing);
	begin_ns = engine_now_ns();
	device_leave(device);
	bound_note(actor->world, "close", begin_ns, CLOSE_MS, CLOSE_MS);
	actor_spare_no_more(actor, left);
	return closing;
}

int reopen_end(struct actor *actor, const struct closing *closing)
{
	int ret = open_again(actor);

	/*
	 * It may have been opened without a BAR that there was no memory to map, or
	 * to ask for: it is there the next time.
	 */
	if (!ret && has_failed(actor)) {
		device_leave(&actor->world->device);
		ret = open_again(actor);
	}
	world_close_end(actor->world, closing, !ret);
	return ret;
}
