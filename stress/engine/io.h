/* SPDX-License-Identifier: GPL-2.0-only */
/* io - what all direct I/O with a mapping has in common */
#ifndef STRESS_IO_H
#define STRESS_IO_H

#include "engine.h"

/*
 * What I/O to memory that is taken away meanwhile may end with. EFAULT: the
 * page is not there. EEXIST, EIO: mappings that are not backed by pages, or no
 * longer; EREMOTEIO: memory that this disk cannot reach
 */
#define IO_MAY                                                                 \
	MAY(-EFAULT, -EEXIST, -EIO, -EREMOTEIO, -EAGAIN, -EINTR,               \
	    DONE_SIGNAL(SIGBUS), DONE_SIGNAL(SIGSEGV))

/**
 * io_begin - I/O is about to begin
 *
 * Return: false: it must not, see gate_enter().
 */
bool io_begin(struct actor *actor, const struct slot *slot);

/** io_end - the opposite */
void io_end(struct actor *actor, const struct slot *slot);

/**
 * io_claim - something is about to be written there
 *
 * Where two actors write to the same memory, neither knows what it holds.
 */
void io_claim(struct actor *actor, const struct slot *slot, const char *addr,
	      size_t bytes);

/**
 * io_write - make memory what a disk has at @offset, and write it there
 *
 * Where the provider's own driver did something to it meanwhile, what was written
 * may be anything: it is written again from the host's memory, and until then no
 * read that meets it is judged.
 *
 * Return: 0, -errno, or DONE_SIGNAL() where the memory was taken away.
 */
int io_write(struct actor *actor, int fd, char *addr, size_t bytes,
	     uint64_t offset);

/** io_claim_all - the same for memory that it is hard to say where it is */
void io_claim_all(struct actor *actor);

/**
 * io_compare - does memory hold what the disk has at @offset?
 *
 * Only where nobody else has claimed it since the race began, where nothing has
 * begun since the I/O that may have emptied the device's memory, and of a CMB where
 * its own driver has not reset it since, nor before a write that has not ended with
 * what the disk had. Wrong data is engine_wrong().
 *
 * Return: 0, or DONE_SIGNAL() where the memory was taken away.
 */
int io_compare(struct actor *actor, const struct slot *slot, const char *addr,
	       size_t bytes, uint64_t offset);

/** io_whole - all of what was asked for; else -errno, -EFAULT for a part */
int io_whole(int64_t done, size_t bytes);

/** io_whole_call - likewise, of a call that sets errno */
int io_whole_call(ssize_t got, size_t bytes);

/**
 * io_judge - is that a right end of I/O with this memory?
 *
 * With P2P memory I/O either gets no pages, or the device stays until it is
 * done: it does not fail on its way.
 *
 * Return: @ret.
 */
int io_judge(struct actor *actor, const struct slot *slot, int ret);

#endif
