/* SPDX-License-Identifier: GPL-2.0-only */
/* stamp - what the disks hold, so that each byte of a transfer can be judged */
#ifndef STRESS_STAMP_H
#define STRESS_STAMP_H

#include <barrage/block.h>

#include "engine.h"

#define STAMP_NR_BLOCKS 1008 /* of 4 KiB, where a transfer may begin */
#define STAMP_MAX_PAGES 64 /* of a transfer */
#define STAMP_DISK_BYTES                                                       \
	(5ull << 20) /* all that one may read; own.h: the rest */

/* each disk has data of its own */
enum disk_kind {
	DISK_PLAIN,
	DISK_SLOW,
	DISK_NONE, /* what is written to memory by other means */
};

/** stamp_kind - the disk that an open file of the world is */
enum disk_kind stamp_kind(const struct world *world, int fd);

/**
 * stamp_disk - write the stamped blocks to a disk
 * @world: its seed
 * @kind: of the two
 * @fd: the disk, open with O_DIRECT
 *
 * Return: 0 or -errno.
 */
int stamp_disk(struct world *world, enum disk_kind kind, int fd);

/**
 * stamp_look - compare memory with what a disk has at an offset
 * @text: receives what is wrong
 *
 * Return: 0; 1 where it differs; DONE_SIGNAL() where the memory was taken away.
 */
int stamp_look(struct actor *actor, enum disk_kind kind, const char *addr,
	       size_t bytes, uint64_t offset, char text[ENGINE_TEXT_BYTES]);

/** stamp_of - what the blocks of a disk carry that were written as @generation */
struct brg_block_stamp stamp_of(const struct world *world, enum disk_kind kind,
				uint64_t generation);

#endif
