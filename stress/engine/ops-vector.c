// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct I/O in vectors of pieces that begin and end at sectors of the disk, within
 * pages and across them: parts of one page belong to several pieces.
 */
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "own.h"
#include "stamp.h"

#include <errno.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096
#define MAX_PIECES 24 /* of each of two parts */
/* of a piece: less than two pages, and no power of two */
#define MAX_SECTORS 15

/*
 * What the disk has in one piece is two in memory: @nr pages from @first on, then
 * those before it.
 */
struct vector {
	struct iovec of[2 * MAX_PIECES];
	int nr;
	char *addr;
	int64_t first;
	int64_t pages;
};

static size_t sector_of(int fd)
{
	int bytes = 0;

	return ioctl(fd, BLKSSZGET, &bytes) || bytes < 512 || bytes > PAGE ?
		       PAGE :
		       (size_t)bytes;
}

/* The last piece has what is left. */
static void cut(struct vector *vector, char *addr, size_t bytes, size_t sector,
		uint64_t how)
{
	for (int i = 0; bytes; i++) {
		size_t piece = (1 + how % MAX_SECTORS) * sector;

		if (piece > bytes || i == MAX_PIECES - 1)
			piece = bytes;
		vector->of[vector->nr++] = (struct iovec){ addr, piece };
		addr += piece;
		bytes -= piece;
		how = how * 6364136223846793005ull + 1442695040888963407ull;
		how ^= how >> 33;
	}
}

/* Others may have changed a slot that is for all: what was there when it was cut. */
static int cut_slot(const struct slot *slot, const int64_t *arg, int fd,
		    struct vector *vector)
{
	int64_t most = STAMP_MAX_PAGES, page, nr;
	size_t sector = sector_of(fd);

	if (slot_end_range(slot, arg[1] < -most ? -most : arg[1], &page, &nr))
		return DONE_NOTHING;
	if (nr > most)
		nr = most;
	*vector = (struct vector){
		.addr = slot->addr + page * PAGE,
		.first = arg[3] % nr,
		.pages = nr,
	};
	cut(vector, vector->addr + vector->first * PAGE,
	    (size_t)(nr - vector->first) * PAGE, sector, (uint64_t)arg[3]);
	cut(vector, vector->addr, (size_t)vector->first * PAGE, sector,
	    (uint64_t)arg[3] + 1);
	return 0;
}

static int compare(struct actor *actor, const struct slot *slot, int fd,
		   const struct vector *vector, uint64_t offset)
{
	size_t behind = (size_t)(vector->pages - vector->first) * PAGE;
	int ret = io_compare(actor, slot, fd,
			     vector->addr + vector->first * PAGE, behind,
			     offset);

	if (!ret && vector->first)
		ret = io_compare(actor, slot, fd, vector->addr,
				 (size_t)vector->first * PAGE, offset + behind);
	return ret;
}

static int do_disk_scatter(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	uint64_t offset = (uint64_t)(arg[2] % STAMP_NR_BLOCKS) * PAGE;
	int ret, fd = actor->world->disk;
	struct vector vector;
	size_t bytes;

	if (fd < 0 || cut_slot(slot, arg, fd, &vector) ||
	    !io_begin(actor, slot))
		return DONE_NOTHING;
	bytes = (size_t)vector.pages * PAGE;
	io_claim(actor, slot, vector.addr, bytes);
	io_poison(actor, slot, vector.addr, bytes);
	ret = io_whole_call(preadv(fd, vector.of, vector.nr, (off_t)offset),
			    bytes);
	io_judge(actor, slot, ret);
	if (!ret)
		ret = compare(actor, slot, fd, &vector, offset);
	io_end(actor);
	return ret;
}

#define VECTOR_OP(id, called, tells)                                           \
	OP(id) = {                                                             \
		.name = called,                                                \
		.summary = tells,                                              \
		.source = "ops-vector.c",                                      \
		.needs = NEED_DISK,                                            \
		.args = { { "slot", 0, SLOT_NR_OWN - 1 },                      \
			  { "pages; below 0: the last ones", -16, 16 },        \
			  { "block of the disk", 0, 1007 },                    \
			  { "how it is cut", 0, 65535 } },                     \
		.run = do_##id,                                                \
		.may = IO_MAY,                                                 \
	}

VECTOR_OP(disk_scatter, "disk-scatter",
	  "preadv() with O_DIRECT into pieces of pages, compared");

static int fill(struct actor *actor, const struct own *own,
		const struct vector *vector, int64_t block)
{
	int64_t behind = vector->pages - vector->first;
	int ret = own_fill(actor, own, vector->addr + vector->first * PAGE,
			   (size_t)behind * PAGE, block);

	if (!ret && vector->first)
		ret = own_fill(actor, own, vector->addr,
			       (size_t)vector->first * PAGE, block + behind);
	return ret;
}

static int do_disk_gather(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t block = arg[2] % (OWN_NR_BLOCKS - STAMP_MAX_PAGES);
	int ret, fd = actor->world->disk;
	struct vector vector;
	struct own own;
	size_t bytes;

	if (fd < 0 || !io_can_write(actor, slot) || !own_fits(actor, fd) ||
	    cut_slot(slot, arg, fd, &vector) || !io_begin(actor, slot))
		return DONE_NOTHING;
	bytes = (size_t)vector.pages * PAGE;
	io_claim(actor, slot, vector.addr, bytes);
	own_begin(actor, fd, &own);
	ret = fill(actor, &own, &vector, block);
	if (!ret)
		ret = io_whole_call(pwritev(fd, vector.of, vector.nr,
					    (off_t)own_offset(actor, block)),
				    bytes);
	io_judge(actor, slot, ret);
	if (!ret && io_proves(actor, slot, vector.addr, bytes) &&
	    own_read(actor, &own, block + vector.pages))
		own_judge(actor, &own, block, vector.pages);
	io_end(actor);
	return ret;
}

VECTOR_OP(disk_gather, "disk-gather",
	  "pwritev() with O_DIRECT from pieces of pages, read back");
