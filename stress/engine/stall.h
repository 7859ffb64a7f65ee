/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stall - direct I/O that has a page pinned until it is told to go on
 *
 * The second buffer of its vector is a page that a userfaultfd withholds: the
 * kernel has pinned the first by the time it asks for that.
 */
#ifndef STRESS_STALL_H
#define STRESS_STALL_H

#include "engine.h"

/* how the I/O is done; otherwise preadv() */
#define STALL_WRITES 1
#define STALL_URING 2
#define STALL_AIO 4

/**
 * struct stall - one such I/O
 * @thread: that is in it
 * @how: STALL_*
 * @fd: disk
 * @uffd: withholds @trap
 * @page: pinned
 * @trap: second page, of the host; the caller's, nobody else uses it
 * @after: a third one that is needed once the second is there; NULL for none; not by
 *	STALL_URING or STALL_AIO
 * @offset: on the disk
 * @result: of the I/O
 * @end_ns: when it had ended
 * @ended: it has
 */
struct stall {
	pthread_t thread;
	unsigned int how;
	int fd;
	int uffd;
	char *page;
	char *trap;
	char *after;
	uint64_t offset;
	ssize_t result;
	uint64_t end_ns;
	atomic_bool ended;
};

/**
 * stall_begin - read or write two pages of the disk, and be stalled behind the first
 * @stall: @how, @page, @trap, @after and @offset set
 *
 * Return: 0 once @page is pinned; DONE_NOTHING where the I/O ended before that:
 * the page is not there; -errno.
 */
int stall_begin(struct world *world, struct stall *stall);

/**
 * stall_slot_by - stall_begin() with the first page of a mapping
 * @block: of the disk; not of what is written, which is the actor's own
 * @how: STALL_*
 */
int stall_slot_by(struct actor *actor, const struct slot *slot, int64_t block,
		  unsigned int how, struct stall *stall);

/** stall_slot - stall_slot_by() preadv() */
int stall_slot(struct actor *actor, const struct slot *slot, int64_t block,
	       struct stall *stall);

/** stall_release - the withheld page is there; the I/O goes on */
void stall_release(struct stall *stall);

/** stall_end - release, and wait for the end; the result is whether it was right */
int stall_end(struct stall *stall);

#endif
