// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "actor.h"
#include "cmb.h"
#include "opening.h"
#include "place.h"
#include "power.h"
#include "registration.h"

#ifndef UNDO_LIMIT_NS
#define UNDO_LIMIT_NS 20000000000ull
#endif
#define UNDO_POLL_US 1000

_Static_assert(SLOT_NR_SHARED <= SLOT_NR_OWN, "parts of the arena are alike");

/*
 * Far below all that the kernel finds a place for: mmap() that the driver refuses
 * leaves a hole in the arena, which other threads' mappings must not come to be in.
 */
#define ARENA_PLACE ((void *)(32ull << 40))

int world_init(struct world *world)
{
	world->disk = world->slow = -1;
	world->device.vfio = world->device.iommufd = -1;
	world->twin.vfio = world->twin.iommufd = -1;
	world->pf.vfio = world->pf.iommufd = -1;
	world->arena = mmap(ARENA_PLACE, WORLD_ARENA_BYTES + SLOT_BYTES,
			    PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (world->arena == MAP_FAILED)
		return -errno;
	/* 2 MiB pages want both addresses aligned alike */
	world->arena += -(uintptr_t)world->arena % SLOT_BYTES;
	slots_init(world, world->slots, SLOT_NR_SHARED, 0);
	world->shared = mmap(NULL, sizeof(*world->shared),
			     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			     -1, 0);
	return world->shared == MAP_FAILED ? -errno : 0;
}

/* the twin: in the iommufd of the device */
static int open_twin(struct world *world, char why[ENGINE_TEXT_BYTES])
{
	struct device *twin = &world->twin;

	twin->vfio = -1;
	twin->iommufd = fcntl(world->device.iommufd, F_DUPFD_CLOEXEC, 0);
	if (twin->iommufd < 0)
		return device_cannot(why, "open a second time", "/dev/iommu");
	twin->ioas = world->device.ioas;
	return device_join(twin, why);
}

static int open_disk(const char *path, int *fd, char why[ENGINE_TEXT_BYTES])
{
	if (!path)
		return 0;
	*fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	return *fd < 0 ? device_cannot(why, "open", path) : 0;
}

int world_open(struct world *world, char why[ENGINE_TEXT_BYTES])
{
	int ret = 0;

	/* a reset of the twin is one of the device, and ends what was off */
	world->device.off = world->twin.off = &world->shared->off;
	/* the first: it is who says by which token its VFs are opened */
	if (*world->pf.bdf)
		ret = place_ensure(&world->pf, why) ?:
			      device_open(&world->pf, why);
	if (!ret && *world->device.bdf && !world->device.cmb)
		ret = place_ensure(&world->device, why) ?:
			      device_open(&world->device, why);
	if (!ret && *world->twin.bdf)
		ret = place_ensure(&world->twin, why) ?: open_twin(world, why);
	if (!ret)
		ret = open_disk(world->disk_path, &world->disk, why);
	if (!ret)
		ret = open_disk(world->slow_path, &world->slow, why);
	return ret;
}

void world_close_begin(struct world *world, struct closing *closing)
{
	struct shared *shared = world->shared;

	closing->number = power_will_end(shared);
	closing->off = promise_begin(&shared->off);
	closing->registered = promise_begin(&shared->registered);
	atomic_store(&shared->lent.closed, true);
}

void world_close_end(struct world *world, const struct closing *closing,
		     bool opened)
{
	struct shared *shared = world->shared;

	if (opened) {
		atomic_fetch_add(&shared->lent.openings, 1);
		power_has_ended(shared, closing->number);
	}
	promise_end(&shared->registered, closing->registered, false);
	promise_end(&shared->off, closing->off, false);
}

/* One that ends is no hang, however many there are: what they amount to is a leak. */
static int try_to_undo(struct world *world, struct device *device)
{
	struct actor_log *log = &world->shared->log[LOG_AFTER];
	int ret;

	actor_may_sleep(log, 2 * REGISTRATION_UNDO_S + 1);
	ret = registration_undo(device);
	actor_may_sleep(log, 0);
	return ret;
}

/*
 * Nobody has memory any more, so that it can be taken back; only I/O of a process that
 * was killed may take a while yet. Where there is no such feature there is another
 * answer.
 */
static void undo_registration(struct world *world, struct device *device)
{
	uint64_t end_ns = engine_now_ns() + UNDO_LIMIT_NS;
	int ret = try_to_undo(world, device);

	while (ret == -ETIMEDOUT || ret == -EBUSY) {
		if (engine_now_ns() > end_ns) {
			engine_wrong(
				world, ORACLE_LEAK,
				"leak: a BAR cannot be unregistered, and nobody has memory of it: %s",
				strerror(-ret));
			return;
		}
		engine_pause_us(UNDO_POLL_US);
		ret = try_to_undo(world, device);
	}
	if (!ret && device == &world->device)
		atomic_store(&world->shared->two_bars, false);
}

/*
 * A race may leave it closed, since who opens it resets it, and memory of its VF was in
 * use. That is not so any more.
 */
static void open_pf(struct world *world)
{
	uint64_t begin_ns = engine_now_ns();
	struct actor_log *log = &world->shared->log[LOG_AFTER];
	char why[ENGINE_TEXT_BYTES];

	if (world->pf.iommufd < 0 || world->pf.vfio >= 0)
		return;
	actor_may_sleep(log, OPENING_LIMIT_S + 1);
	while (device_join(&world->pf, why) &&
	       opening_await(world, begin_ns, "the PF", why))
		;
	actor_may_sleep(log, 0);
}

void world_quiet(struct world *world)
{
	atomic_store(&world->shared->nr_closed, 0);
	slots_clear(world, world->slots, SLOT_NR_SHARED);
	/* none is left of before the device was closed */
	atomic_store(&world->shared->lent.closed, false);
	/* what holds later is not what was promised */
	promise_end(&world->shared->off, promise_begin(&world->shared->off),
		    false);
	promise_end(&world->shared->registered,
		    promise_begin(&world->shared->registered), false);
	if (world->device.cmb) {
		actor_may_sleep(&world->shared->log[LOG_AFTER], CMB_READY_S);
		cmb_restore(world->device.bdf);
		actor_may_sleep(&world->shared->log[LOG_AFTER], 0);
	}
	place_judge(world, &world->device);
	place_judge(world, &world->twin);
	place_judge(world, &world->pf);
	if (world->device.vfio >= 0) {
		power_restore(&world->device);
		undo_registration(world, &world->device);
	}
	if (world->twin.vfio >= 0) {
		power_restore(&world->twin);
		undo_registration(world, &world->twin);
	}
	open_pf(world);
	if (world->pf.vfio >= 0) {
		power_restore(&world->pf);
		undo_registration(world, &world->pf);
	}
}

bool engine_others_work(struct shared *shared)
{
	int busy = -atomic_load(&shared->nr_holding);

	for (unsigned int i = 0; i < ENGINE_MAX_ACTORS; i++)
		busy += atomic_load(&shared->log[i].at) &&
			!atomic_load(&shared->log[i].ended);
	return busy > 0;
}

void world_close(struct world *world)
{
	slots_clear(world, world->slots, SLOT_NR_SHARED);
	device_close(&world->device);
	device_close(&world->twin);
	device_close(&world->pf);
	if (world->disk >= 0)
		close(world->disk);
	if (world->slow >= 0)
		close(world->slow);
	world->disk = world->slow = -1;
}
