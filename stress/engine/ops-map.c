// SPDX-License-Identifier: GPL-2.0-only
/* Mappings: made, used by the CPU, moved, taken away */
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "sight.h"

#include <errno.h>
#include <linux/vfio.h>
#include <signal.h>
#include <sys/mman.h>

#define PAGE 4096

static int do_bar_map(struct actor *actor, const int64_t *arg)
{
	struct promise *registered = &actor->world->shared->registered;
	struct device *device = &actor->world->device;
	struct slot *slot = slot_of(actor, arg[0]);
	uint64_t at = (uint64_t)arg[1] * PAGE, bytes = (uint64_t)arg[2] * PAGE;
	uint64_t all = device->bar_bytes;
	uint32_t kept = promise_kept(registered);
	int ret;

	if (device->vfio < 0 || at >= all)
		return DONE_NOTHING;
	if (bytes > all - at)
		bytes = all - at;
	slot_unmap(slot);
	slot->bar_page = (uint64_t)arg[1];
	ret = slot_map(actor, slot, SLOT_BAR, device->vfio,
		       (uint64_t)device_at(device->bar, at), bytes);
	if (!ret && promise_holds(registered, kept))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "mmap() of a BAR that is registered");
	return ret;
}

OP(bar_map) = {
	.name = "bar-map",
	.summary = "mmap() of the BAR by the VFIO device file",
	.source = "ops-map.c",
	.needs = NEED_VFIO,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "first page", 0, 512 },
		  { "pages", 1, 512 } },
	.run = do_bar_map,
	/* registered as P2P memory */
	.may = MAY(-EBUSY, -EINTR),
};

static int do_bar_map_last(struct actor *actor, const int64_t *arg)
{
	int64_t all = (int64_t)(actor->world->device.bar_bytes / PAGE);
	const int64_t last[ENGINE_NR_ARGS] = { arg[0], all - arg[1], arg[1] };

	return all < arg[1] ? DONE_NOTHING : do_bar_map(actor, last);
}

OP(bar_map_last) = {
	.name = "bar-map-last",
	.summary = "mmap() of the BAR's last pages",
	.source = "ops-map.c",
	.needs = NEED_VFIO,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 }, { "pages", 1, 64 } },
	.run = do_bar_map_last,
	.may = MAY(-EBUSY, -EINTR),
};

static int do_dmabuf_map(struct actor *actor, const int64_t *arg)
{
	struct slot *from = slot_of(actor, arg[1]);
	struct slot *slot = slot_of(actor, arg[0]);
	uint64_t number = from->fd_number, left;
	struct ranges ranges = from->fd_ranges;
	uint64_t bytes = ranges_pages(&ranges) * PAGE;
	uint64_t page = (uint64_t)arg[2], nr = (uint64_t)arg[3];
	int fd = from->fd, ret;

	if (fd < 0 || !bytes)
		return DONE_NOTHING;
	page %= bytes / PAGE;
	bytes -= page * PAGE;
	if (nr && bytes > nr * PAGE)
		bytes = nr * PAGE;
	if (bytes > SLOT_BYTES)
		bytes = SLOT_BYTES;
	slot_unmap(slot);
	/* what others unmap or map meanwhile is not this one */
	slot->map_number = number;
	slot->map_ranges = ranges;
	slot->map_page = page;
	slot->bar_page = ranges_find(&ranges, page, &left);
	ret = slot_map(actor, slot, SLOT_DMABUF, fd, page * PAGE, bytes);
	if (from->fd_number != number || from->fd != fd)
		slot->map_number = 0;
	/* struct pages are for mappings of the device */
	if (ret == -EOPNOTSUPP && from->fd_pages)
		return DONE_NOTHING;
	return slot_fd_result(from, fd, number, ret);
}

OP(dmabuf_map) = {
	.name = "dmabuf-map",
	.summary = "mmap() of a dma-buf",
	.source = "ops-map.c",
	.needs = NEED_VFIO | NEED_DMABUF_MMAP,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "slot of the dma-buf", 0, SLOT_NR_OWN - 1 },
		  { "first page", 0, 0 },
		  { "pages, 0 for all", 0, 0 } },
	.run = do_dmabuf_map,
	/* the device was closed, or the dma-buf revoked for good */
	.may = MAY(-ENODEV, -EINTR),
};

static int do_unmap(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);

	if (slot->kind == SLOT_EMPTY)
		return DONE_NOTHING;
	slot_unmap(slot);
	return 0;
}

OP(unmap) = {
	.name = "unmap",
	.summary = "munmap()",
	.source = "ops-map.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_unmap,
};

/* the middle of it: what is left are two mappings */
static int do_unmap_part(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = arg[2];
	int ret = slot_range(slot, &page, &nr);

	if (ret)
		return ret;
	if (mmap(slot->addr + page * PAGE, (size_t)nr * PAGE, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1,
		 0) == MAP_FAILED)
		return -errno;
	return 0;
}

OP(unmap_part) = {
	.name = "unmap-part",
	.summary = "munmap() of some pages",
	.source = "ops-map.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "first page", 0, 15 },
		  { "pages", 1, 4 } },
	.run = do_unmap_part,
};

/* SIGSEGV: parts of it were unmapped, or another actor unmapped it */
static int do_touch(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = arg[2];
	int ret = slot_range(slot, &page, &nr);
	struct sight sight;
	bool write = arg[3];

	if (ret)
		return ret;
	if (write && !gate_enter(actor->world))
		return DONE_NOTHING;
	if (write)
		io_claim(actor, slot, slot->addr + page * PAGE,
			 (size_t)nr * PAGE);
	for (int64_t i = 0; i < nr && !ret; i++) {
		sight_take(actor->world, slot, &sight);
		ret = touch(slot->addr + (page + i) * PAGE, write);
		if (!ret)
			sight_judge(actor->world, slot, &sight);
	}
	if (write)
		gate_leave(actor->world);
	return ret;
}

OP(touch) = {
	.name = "touch",
	.summary = "the CPU reads or writes a byte of each page",
	.source = "ops-map.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "first page", 0, 511 },
		  { "pages", 1, 16 },
		  { "write", 0, 1 } },
	.run = do_touch,
	.may = MAY(DONE_SIGNAL(SIGBUS), DONE_SIGNAL(SIGSEGV)),
};

static int advise(struct actor *actor, const int64_t *arg, int advice)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = arg[2];
	int ret = slot_range(slot, &page, &nr);

	if (ret)
		return ret;
	return madvise(slot->addr + page * PAGE, (size_t)nr * PAGE, advice) ?
		       -errno :
		       0;
}

static int do_dontneed(struct actor *actor, const int64_t *arg)
{
	return advise(actor, arg, MADV_DONTNEED);
}

OP(dontneed) = {
	.name = "dontneed",
	.summary = "MADV_DONTNEED: the pages go back, the mapping stays",
	.source = "ops-map.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "first page", 0, 15 },
		  { "pages", 1, 16 } },
	.run = do_dontneed,
	/* mappings of page frames refuse it */
	.may = MAY(-EINVAL, -ENOMEM),
};

/*
 * Moved to another slot, and what was there is gone. Until the old place is taken
 * again, another thread of the process could get it for its own: only an actor
 * that is a process may do this.
 */
static int do_mremap(struct actor *actor, const int64_t *arg)
{
	struct slot *from = slot_of(actor, arg[0]);
	struct slot *to = slot_of(actor, arg[1]);
	void *addr;

	if (!actor->alone || from == to || from->kind == SLOT_EMPTY)
		return DONE_NOTHING;
	slot_unmap(to);
	addr = mremap(from->addr, from->bytes, from->bytes,
		      MREMAP_MAYMOVE | MREMAP_FIXED, to->addr);
	if (addr == MAP_FAILED)
		return -errno;
	to->bar_page = from->bar_page;
	to->kind = from->kind;
	to->bytes = from->bytes;
	to->epoch = from->epoch;
	to->unready = from->unready;
	to->map_number = from->map_number;
	to->map_ranges = from->map_ranges;
	to->map_page = from->map_page;
	/* the place of what was moved is free for all: take it again */
	slot_unmap(from);
	return 0;
}

OP(mremap) = {
	.name = "mremap",
	.summary = "move a mapping; only processes do",
	.source = "ops-map.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "to slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_mremap,
	/* parts of it are gone, or were never there */
	.may = MAY(-EFAULT, -EINVAL),
};
