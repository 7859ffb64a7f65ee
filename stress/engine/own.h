/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * own - blocks of each disk that one actor alone writes, behind those that all read
 *
 * Each write has a generation of its own, so that one that was lost, or brought
 * something else, is seen when the disk is read into the host's memory.
 *
 *	if (!own_fits(actor, fd))
 *		return DONE_NOTHING;
 *	own_begin(actor, fd, &own);
 *	ret = own_fill(actor, &own, addr, bytes, block);
 *	... write them to own_offset(actor, block)
 *	if (!ret && own_read(actor, &own, block + nr))
 *		own_judge(actor, &own, block, nr);
 */
#ifndef STRESS_OWN_H
#define STRESS_OWN_H

#include "engine.h"

#define OWN_NR_BLOCKS 256 /* of 4 KiB */

/**
 * struct own - a write
 * @fd: disk
 * @generation: of what it writes
 * @begin_ns: when it began
 */
struct own {
	int fd;
	uint64_t generation;
	uint64_t begin_ns;
};

/** own_offset - where on a disk the actor's @block is */
uint64_t own_offset(const struct actor *actor, int64_t block);

/** own_fits - has a disk room for the actor's blocks? */
bool own_fits(const struct actor *actor, int fd);

/** own_begin - a write is about to begin; io_begin() comes before it */
void own_begin(const struct actor *actor, int fd, struct own *own);

/**
 * own_fill - make memory what the disk is to have at @block, by the CPU
 *
 * Return: 0; DONE_SIGNAL() where it was taken away; -errno.
 */
int own_fill(struct actor *actor, const struct own *own, char *addr,
	     size_t bytes, int64_t block);

/**
 * own_read - read @nr blocks from the actor's first into its host memory
 *
 * Return: false: they cannot be read, or prove nothing: the memory that was written
 * from was taken from below the I/O meanwhile, by who does not wait for it, or not for
 * so long as that took.
 */
bool own_read(struct actor *actor, const struct own *own, int64_t nr);

/** own_judge - those that were read: engine_wrong() where they are not as written */
void own_judge(struct actor *actor, const struct own *own, int64_t block,
	       int64_t nr);

#endif
