// SPDX-License-Identifier: GPL-2.0-only
/*
 * P2P memory of the other function on the bus, which is reset together with the
 * device: a hot reset of either has to see both.
 */
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "p2p.h"
#include "stamp.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define BYTES (2ull << 20)
#define UNREGISTER_MS 20000
#define BOUND_MS 15000

#define PIECE_MAY                                                              \
	MAY(-EFAULT, -EEXIST, -EIO, -EREMOTEIO, -EAGAIN, -EINTR, -ENOMEM,      \
	    -ENODEV, DONE_SIGNAL(SIGBUS))

/* A function of hardware may have a BAR of another size in the same place. */
static bool has_memory(const struct device *twin)
{
	return twin->vfio >= 0 && twin->bar_bytes >= BYTES;
}

static int do_twin_register(struct actor *actor, const int64_t *arg)
{
	const struct device *twin = &actor->world->twin;

	if (!has_memory(twin))
		return DONE_NOTHING;
	p2p_note_time(actor->world->shared, (uint32_t)arg[0]);
	return p2p_register(twin, twin->bar, 0, BYTES, (uint32_t)arg[0]);
}

OP(twin_register) = {
	.name = "twin-register",
	.summary = "make the first 2 MiB of the other function P2P memory",
	.source = "ops-twin.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_TWIN,
	.args = { { "timeout of resets, ms", 20000, 20000 } },
	.run = do_twin_register,
	.bound_ms = BOUND_MS,
	.may = MAY(-EEXIST, -EBUSY, -EIO),
};

static int do_twin_unregister(struct actor *actor, const int64_t *arg)
{
	const struct device *twin = &actor->world->twin;
	int ret;

	if (!has_memory(twin))
		return DONE_NOTHING;
	ret = p2p_unregister(twin, twin->bar, UNREGISTER_MS);
	return ret == -ENOENT ? DONE_NOTHING : ret;
}

OP(twin_unregister) = {
	.name = "twin-unregister",
	.summary = "undo that",
	.source = "ops-twin.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_TWIN,
	.run = do_twin_unregister,
	.bound_ms = BOUND_MS,
	.may = MAY(-EBUSY),
};

/* A mapping of its own, which no other device's reset ends: no slot has such. */
static int use(struct actor *actor, const struct slot *slot, int fd,
	       uint64_t offset)
{
	int ret;

	io_begin(actor, slot);
	ret = io_whole_call(pread(fd, slot->addr, slot->bytes, (off_t)offset),
			    slot->bytes);
	io_judge(actor, slot, ret);
	if (!ret)
		ret = io_compare(actor, slot, fd, slot->addr, slot->bytes,
				 offset);
	io_end(actor);
	return ret;
}

static int do_twin_use(struct actor *actor, const int64_t *arg)
{
	const struct world *world = actor->world;
	int disk = arg[2] ? world->slow : world->disk;
	struct slot slot = {
		.bytes = (size_t)arg[0] * PAGE,
		.kind = SLOT_P2P,
	};
	int fd, ret;

	if (!has_memory(&world->twin) || disk < 0)
		return DONE_NOTHING;
	fd = p2p_open(world->twin.bdf);
	if (fd < 0)
		return fd == -ENOENT ? DONE_NOTHING : fd;
	slot.addr = mmap(NULL, slot.bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);
	ret = slot.addr == MAP_FAILED ? -errno : 0;
	close(fd);
	if (ret)
		return ret;
	ret = use(actor, &slot, disk, (uint64_t)arg[1] * PAGE);
	munmap(slot.addr, slot.bytes);
	return ret;
}

OP(twin_use) = {
	.name = "twin-use",
	.summary =
		"map P2P memory of the other function, read a disk into it, compare, unmap",
	.source = "ops-twin.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_TWIN | NEED_DISK,
	.args = { { "pages", 1, 16 },
		  { "block of the disk", 0, 991 },
		  { "slow disk", 0, 0 } },
	.run = do_twin_use,
	.may = PIECE_MAY,
};
