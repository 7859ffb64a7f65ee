// SPDX-License-Identifier: GPL-2.0-only
#include "own.h"

#include "io.h"
#include "stamp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096

_Static_assert(OWN_NR_BLOCKS *PAGE <= SLOT_BYTES,
	       "an actor's host memory has room for all of its blocks");

uint64_t own_offset(const struct actor *actor, int64_t block)
{
	return STAMP_DISK_BYTES +
	       ((uint64_t)actor->index * OWN_NR_BLOCKS + (uint64_t)block) *
		       PAGE;
}

bool own_fits(const struct actor *actor, int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);

	return end >= 0 && (uint64_t)end >= own_offset(actor, OWN_NR_BLOCKS);
}

/* The time is one that no race before has had. */
void own_begin(const struct actor *actor, int fd, struct own *own)
{
	uint64_t now_ns = engine_now_ns();

	*own = (struct own){
		.fd = fd,
		.generation = now_ns,
		.begin_ns = now_ns,
	};
}

static struct brg_block_stamp stamp_for(const struct actor *actor,
					const struct own *own)
{
	return stamp_of(actor->world, stamp_kind(actor->world, own->fd),
			own->generation);
}

int own_fill(struct actor *actor, const struct own *own, char *addr,
	     size_t bytes, int64_t block)
{
	struct brg_block_stamp stamp = stamp_for(actor, own);
	uint64_t *words = (uint64_t *)addr, last;
	int ret = brg_block_fill(actor->host, bytes, own_offset(actor, block),
				 &stamp);

	if (!ret)
		ret = touch_copy(words, (const uint64_t *)actor->host,
				 bytes / 8);
	/* what is read back has arrived: the disk gets it by another way */
	return ret ? ret : touch_copy(&last, &words[bytes / 8 - 1], 1);
}

bool own_read(struct actor *actor, const struct own *own, int64_t nr)
{
	size_t bytes = (size_t)nr * PAGE;
	int ret;

	if (!io_was_steady(actor) || !io_was_ready(actor) ||
	    io_was_given_up(actor, own->begin_ns))
		return false;
	ret = io_whole_call(
		pread(own->fd, actor->host, bytes, (off_t)own_offset(actor, 0)),
		bytes);
	if (ret && !actor->failing)
		engine_wrong(actor->world, ORACLE_RESULT,
			     "a disk could not be read into the host: %s",
			     strerror(-ret));
	return !ret;
}

void own_judge(struct actor *actor, const struct own *own, int64_t block,
	       int64_t nr)
{
	struct brg_block_stamp stamp = stamp_for(actor, own);
	struct brg_block_report report;

	if (brg_block_check(actor->host + block * PAGE, (size_t)nr * PAGE,
			    own_offset(actor, block), &stamp, &report))
		engine_wrong(
			actor->world, ORACLE_DATA,
			"wrong data on a disk where a write had succeeded: %s",
			report.text);
}
