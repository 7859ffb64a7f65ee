// SPDX-License-Identifier: GPL-2.0-only
#include "stamp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define CHUNK (1u << 20)

_Static_assert((STAMP_NR_BLOCKS + STAMP_MAX_PAGES) * PAGE <= STAMP_DISK_BYTES,
	       "each block that may be read is stamped");

#define FIRST 1 /* generation */

enum disk_kind stamp_kind(const struct world *world, int fd)
{
	return fd == world->slow ? DISK_SLOW : DISK_PLAIN;
}

struct brg_block_stamp stamp_of(const struct world *world, enum disk_kind kind,
				uint64_t generation)
{
	return (struct brg_block_stamp){
		.tag = 0x57e55 + kind,
		.generation = generation,
		.seed = world->stamp_seed,
		.block_bytes = PAGE,
	};
}

int stamp_disk(struct world *world, enum disk_kind kind, int fd)
{
	struct brg_block_stamp stamp = stamp_of(world, kind, FIRST);
	void *host = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret = host == MAP_FAILED ? -errno : 0;

	for (uint64_t at = 0; !ret && at < STAMP_DISK_BYTES; at += CHUNK) {
		ret = brg_block_fill(host, CHUNK, at, &stamp);
		if (!ret)
			ret = engine_transferred(
				pwrite(fd, host, CHUNK, (off_t)at), CHUNK);
	}
	if (host != MAP_FAILED)
		munmap(host, CHUNK);
	return ret;
}

int stamp_look(struct actor *actor, enum disk_kind kind, const char *addr,
	       size_t bytes, uint64_t offset, char text[ENGINE_TEXT_BYTES])
{
	struct brg_block_stamp stamp = stamp_of(actor->world, kind, FIRST);
	struct brg_block_report report;
	int ret = touch_copy((uint64_t *)actor->host,
			     (const volatile uint64_t *)addr, bytes / 8);

	if (ret)
		return ret;
	if (!brg_block_check(actor->host, bytes, offset, &stamp, &report))
		return 0;
	snprintf(text, ENGINE_TEXT_BYTES, "%s", report.text);
	return 1;
}
