/* SPDX-License-Identifier: GPL-2.0-only */
/* stamp - what the disks hold, so that each byte of a transfer can be judged */
#ifndef STRESS_STAMP_H
#define STRESS_STAMP_H

#include "engine.h"

#define STAMP_NR_BLOCKS 1008 /* of 4 KiB, where a transfer may begin */
#define STAMP_MAX_PAGES 64 /* of a transfer */
#define STAMP_DISK_BYTES (5ull << 20) /* all that one may read */

/**
 * stamp_disk - write the stamped blocks to a disk
 * @world: its seed
 * @fd: the disk, open with O_DIRECT
 *
 * Return: 0 or -errno.
 */
int stamp_disk(struct world *world, int fd);

/**
 * stamp_look - compare memory with what the disk has at an offset
 * @text: receives what is wrong
 *
 * Return: 0; 1 where it differs; DONE_SIGNAL() where the memory was taken away.
 */
int stamp_look(struct actor *actor, const char *addr, size_t bytes,
	       uint64_t offset, char text[ENGINE_TEXT_BYTES]);

/** stamp_fill - the opposite; by the CPU, with 64-bit stores */
int stamp_fill(struct actor *actor, char *addr, size_t bytes, uint64_t offset);

#endif
