// SPDX-License-Identifier: GPL-2.0-only
#include "neighbour.h"

#include "io.h"
#include "p2p.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define BYTES (2ull << 20)
#define UNREGISTER_MS 20000

/* A function of hardware may have a BAR of another size in the same place. */
static bool has_memory(const struct device *neighbour)
{
	return neighbour->vfio >= 0 && neighbour->bar_bytes >= BYTES;
}

int neighbour_register(struct actor *actor, const struct device *neighbour,
		       uint32_t timeout_ms)
{
	if (!has_memory(neighbour))
		return DONE_NOTHING;
	p2p_note_time(actor->world->shared, timeout_ms);
	return p2p_register(neighbour, neighbour->bar, 0, BYTES, timeout_ms);
}

int neighbour_unregister(const struct device *neighbour)
{
	int ret;

	if (!has_memory(neighbour))
		return DONE_NOTHING;
	ret = p2p_unregister(neighbour, neighbour->bar, UNREGISTER_MS);
	return ret == -ENOENT ? DONE_NOTHING : ret;
}

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

int neighbour_use(struct actor *actor, const struct device *neighbour,
		  int64_t pages, int64_t block, bool slow)
{
	const struct world *world = actor->world;
	int disk = slow ? world->slow : world->disk;
	struct slot slot = {
		.bytes = (size_t)pages * PAGE,
		.kind = SLOT_P2P,
	};
	int fd, ret;

	if (!has_memory(neighbour) || disk < 0)
		return DONE_NOTHING;
	fd = p2p_open(neighbour->bdf);
	if (fd < 0)
		return fd == -ENOENT ? DONE_NOTHING : fd;
	slot.addr = mmap(NULL, slot.bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);
	ret = slot.addr == MAP_FAILED ? -errno : 0;
	close(fd);
	if (ret)
		return ret;
	ret = use(actor, &slot, disk, (uint64_t)block * PAGE);
	munmap(slot.addr, slot.bytes);
	return ret;
}
