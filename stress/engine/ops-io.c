// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct I/O between a disk and a mapping, one call at a time. The disks hold
 * stamped blocks (stamp.h): what a read brings is compared, every byte. Writes go to
 * blocks of the actor's own (own.h).
 */
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "own.h"
#include "stamp.h"

#include <errno.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096

static int read_pages(struct actor *actor, struct slot *slot, int fd,
		      int64_t page, int64_t nr, int64_t block)
{
	char *addr = slot->addr + page * PAGE;
	size_t bytes = (size_t)nr * PAGE;
	int ret;

	io_claim(actor, slot, addr, bytes);
	io_poison(actor, slot, addr, bytes);
	ret = io_whole_call(pread(fd, addr, bytes, (off_t)block * PAGE), bytes);
	io_judge(actor, slot, ret);
	if (!ret)
		ret = io_compare(actor, slot, fd, addr, bytes,
				 (uint64_t)block * PAGE);
	return ret;
}

static int do_read(struct actor *actor, const int64_t *arg, int fd)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = arg[2];
	int ret = slot_range(slot, &page, &nr);

	if (ret || fd < 0 || !io_begin(actor, slot))
		return DONE_NOTHING;
	if (nr > STAMP_MAX_PAGES)
		nr = STAMP_MAX_PAGES;
	ret = read_pages(actor, slot, fd, page, nr, arg[3] % STAMP_NR_BLOCKS);
	io_end(actor);
	return ret;
}

static int do_disk_read(struct actor *actor, const int64_t *arg)
{
	return do_read(actor, arg, actor->world->disk);
}

#define IO_OP(id, called, tells, disk)                                         \
	OP(id) = {                                                             \
		.name = called,                                                \
		.summary = tells,                                              \
		.source = "ops-io.c",                                          \
		.needs = disk,                                                 \
		.args = { { "slot", 0, SLOT_NR_OWN - 1 },                      \
			  { "first page", 0, 15 },                             \
			  { "pages", 1, 16 },                                  \
			  { "block of the disk", 0, 1023 } },                  \
		.run = do_##id,                                                \
		.may = IO_MAY,                                                 \
	}

IO_OP(disk_read, "disk-read",
      "pread() with O_DIRECT into the mapping, compared", NEED_DISK);

static int do_slow_read(struct actor *actor, const int64_t *arg)
{
	return do_read(actor, arg, actor->world->slow);
}

IO_OP(slow_read, "slow-read", "the same from a disk that holds it in flight",
      NEED_SLOW_DISK);

/* as it was written, so that it is seen where it was not */
static int write_own(struct actor *actor, const struct slot *slot, int fd,
		     char *addr, int64_t nr, int64_t block)
{
	size_t bytes = (size_t)nr * PAGE;
	struct own own;
	int ret;

	io_claim(actor, slot, addr, bytes);
	own_begin(actor, fd, &own);
	ret = own_fill(actor, &own, addr, bytes, block);
	if (!ret)
		ret = io_whole_call(pwrite(fd, addr, bytes,
					   (off_t)own_offset(actor, block)),
				    bytes);
	if (!ret && io_proves(actor, slot, addr, bytes) &&
	    own_read(actor, &own, block + nr))
		own_judge(actor, &own, block, nr);
	return ret;
}

static int do_write(struct actor *actor, const int64_t *arg, int fd)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = arg[2];
	int ret = slot_range(slot, &page, &nr);

	if (ret || fd < 0 || !io_can_write(actor, slot) || !own_fits(actor, fd))
		return DONE_NOTHING;
	if (nr > STAMP_MAX_PAGES)
		nr = STAMP_MAX_PAGES;
	if (!io_begin(actor, slot))
		return DONE_NOTHING;
	ret = write_own(actor, slot, fd, slot->addr + page * PAGE, nr,
			arg[3] % (OWN_NR_BLOCKS - STAMP_MAX_PAGES));
	io_judge(actor, slot, ret);
	io_end(actor);
	return ret;
}

static int do_disk_write(struct actor *actor, const int64_t *arg)
{
	return do_write(actor, arg, actor->world->disk);
}

IO_OP(disk_write, "disk-write",
      "pwrite() with O_DIRECT from the mapping, read back into the host",
      NEED_DISK);

/*
 * Two pieces in one call: the first from pages that are there, the second
 * from pages that fault while the first are pinned.
 */
static int do_disk_readv(struct actor *actor, const int64_t *arg)
{
	struct slot *first = slot_of(actor, arg[0]);
	struct slot *second = slot_of(actor, arg[1]);
	int64_t block = arg[3] % STAMP_NR_BLOCKS, zero = 0, nr = arg[2];
	size_t bytes;
	struct iovec iov[2];
	int ret;

	if (actor->world->disk < 0 || first == second ||
	    slot_range(first, &zero, &nr) || slot_range(second, &zero, &nr) ||
	    io_overlap(first, second, (uint64_t)nr))
		return DONE_NOTHING;
	if (!gate_enter(actor->world))
		return DONE_NOTHING;
	bytes = (size_t)nr * PAGE;
	iov[0] = (struct iovec){ first->addr, bytes };
	iov[1] = (struct iovec){ second->addr, bytes };
	gate_take_off(actor->world);
	io_claim(actor, first, first->addr, bytes);
	io_claim(actor, second, second->addr, bytes);
	io_poison(actor, first, first->addr, bytes);
	io_poison(actor, second, second->addr, bytes);
	ret = touch(first->addr, false);
	if (!ret)
		ret = io_whole_call(
			preadv(actor->world->disk, iov, 2, (off_t)block * PAGE),
			2 * bytes);
	if (!ret)
		ret = io_compare(actor, first, actor->world->disk, first->addr,
				 bytes, (uint64_t)block * PAGE);
	if (!ret)
		ret = io_compare(actor, second, actor->world->disk,
				 second->addr, bytes,
				 (uint64_t)block * PAGE + bytes);
	gate_land(actor->world);
	gate_leave(actor->world);
	return ret;
}

OP(disk_readv) = {
	.name = "disk-readv",
	.summary = "preadv() into two mappings, the second not faulted in",
	.source = "ops-io.c",
	.needs = NEED_DISK,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "second slot", 0, SLOT_NR_OWN - 1 },
		  { "pages of each", 1, 8 },
		  { "block of the disk", 0, 1007 } },
	.run = do_disk_readv,
	.may = IO_MAY,
};
