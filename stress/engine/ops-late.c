// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call twice: the first time tells how many allocations it takes, and is undone;
 * the second time one of the last fails: those are what the driver does, not what
 * comes before it. Others may change the count, so it may be another one, or none.
 */
#include "engine.h"
#include "fail-nth.h"
#include "needs.h"
#include "ops.h"
#include "p2p.h"

#include <errno.h>
#include <unistd.h>

#define PAGE 4096
#define MIB2 (2ull << 20)

/* far more than there are in any call */
#define NEVER 100000

/* what is called twice, and undone between */
struct late {
	int (*run)(void *of);
	int (*undo)(void *of);
	void *of;
	uint32_t from_end;
};

static int fail_late_by(struct world *world, const struct late *late, int fd)
{
	uint32_t nr;
	int ret;

	fail_nth_arm(fd, NEVER);
	ret = late->run(late->of);
	nr = NEVER - fail_nth_disarm(fd);
	if (!ret)
		ret = late->undo(late->of);
	if (ret)
		return ret;
	if (nr <= late->from_end)
		return DONE_NOTHING;
	fail_nth_arm(fd, nr - late->from_end);
	ret = late->run(late->of);
	if (!fail_nth_disarm(fd))
		atomic_fetch_add(&world->shared->nr_failed, 1);
	return ret;
}

static int fail_late(struct world *world, const struct late *late)
{
	int fd = fail_nth_open(), ret;

	if (fd < 0)
		return fd;
	ret = fail_late_by(world, late, fd);
	close(fd);
	return ret;
}

/* mmap() of P2P memory */
struct map_late {
	struct actor *actor;
	struct slot *slot;
	int fd;
	size_t bytes;
};

static int map_run(void *of)
{
	const struct map_late *map = of;

	return slot_map(map->actor, map->slot, SLOT_P2P, map->fd, 0,
			map->bytes);
}

/* Page tables count as well: those of the slot are gone with what was mapped. */
static int map_undo(void *of)
{
	const struct map_late *map = of;

	slot_unmap(map->slot);
	return 0;
}

static int map_failing(struct actor *actor, struct slot *slot, int fd,
		       size_t bytes, uint32_t from_end)
{
	struct map_late map = { actor, slot, fd, bytes };
	struct late late = { map_run, map_undo, &map, from_end };

	slot_unmap(slot);
	return fail_late(actor->world, &late);
}

/* The slot is empty afterwards where it failed; otherwise the memory is in use. */
static int do_map_failing(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int fd, ret;

	/* a mapping that comes after a reset may be written to */
	if (!gate_enter(actor->world))
		return DONE_NOTHING;
	fd = p2p_open(actor->world->device.bdf);
	ret = fd < 0 ? fd :
		       map_failing(actor, slot, fd, (size_t)arg[1] * PAGE,
				   (uint32_t)arg[2]);
	if (fd >= 0)
		close(fd);
	gate_leave(actor->world);
	return ret;
}

OP(map_failing) = {
	.name = "map-failing",
	.summary = "mmap() of P2P memory, one of its last allocations failing",
	.source = "ops-late.c",
	.needs = NEED_PROVIDER | NEED_FAIL_NTH,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "pages", 1, 8 },
		  { "allocation, from the last", 0, 15 } },
	.run = do_map_failing,
	.may = MAY(-EAGAIN, -ENOMEM, -ENOENT, -ENODEV, -EINTR),
};

struct register_late {
	const struct device *device;
	uint64_t length;
	uint32_t timeout_ms;
};

static int register_run(void *of)
{
	const struct register_late *late = of;

	return p2p_register(late->device, late->device->bar, 0, late->length,
			    late->timeout_ms);
}

static int register_undo(void *of)
{
	const struct register_late *late = of;

	return p2p_unregister(late->device, late->device->bar, 20000);
}

static int do_register_failing(struct actor *actor, const int64_t *arg)
{
	struct promise *registered = &actor->world->shared->registered;
	struct device *device = &actor->world->device;
	struct register_late registration = {
		.device = device,
		.length = (uint64_t)arg[0] * MIB2,
		.timeout_ms = (uint32_t)arg[3],
	};
	struct late late = { register_run, register_undo, &registration,
			     (uint32_t)arg[1] };
	uint32_t number;
	int ret;

	if (device->vfio < 0)
		return DONE_NOTHING;
	p2p_note_time(actor->world->shared, registration.timeout_ms);
	number = promise_begin(registered);
	p2p_unregister(device, device->bar, (uint32_t)arg[2]);
	ret = fail_late(actor->world, &late);
	promise_end(registered, number, !ret);
	return ret;
}

OP(register_failing) = {
	.name = "register-failing",
	.summary = "registration, one of its last allocations failing",
	.source = "ops-late.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_FAIL_NTH,
	.args = { { "length, 2 MiB", 1, 2 },
		  { "allocation, from the last", 0, 31 },
		  { "timeout of what is undone before, ms", 1000, 1000 },
		  { "timeout of resets, ms", 20000, 20000 } },
	.run = do_register_failing,
	.may = MAY(-EEXIST, -EBUSY, -EIO, -ENOMEM, -ENOENT),
};
