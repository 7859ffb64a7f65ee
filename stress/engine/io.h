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

/**
 * io_has_pages - the I/O that began last has all the pages that it will ever have
 *
 * From now on nothing of it reaches the memory after a reset, which waits for who has
 * pages: whoever looks for that need not wait for it, see io-gate.h. For who can tell,
 * between io_begin() and io_end().
 */
void io_has_pages(struct actor *actor);

/** io_end - the opposite of io_begin() */
void io_end(struct actor *actor);

/**
 * io_claim - something is about to be written there
 *
 * Where two actors write to the same memory, neither knows what it holds.
 */
void io_claim(struct actor *actor, const struct slot *slot, const char *addr,
	      size_t bytes);

/**
 * io_was_steady - has nobody taken the memory from below the I/O that began last?
 *
 * Its own driver may do that to a CMB; then I/O brings or takes anything.
 */
bool io_was_steady(struct actor *actor);

/**
 * io_was_ready - did the P2P memory answer that the I/O that began last is with?
 *
 * Its user may have had to enable it, and others have been given it before.
 */
bool io_was_ready(const struct actor *actor);

/** io_was_given_up - may a reset have gone on without I/O that began at @begin_ns? */
bool io_was_given_up(const struct actor *actor, uint64_t begin_ns);

/**
 * io_overlap - are the first pages of two slots the same pages of the BAR?
 * @nr: so many of each
 *
 * Of P2P memory never: who maps it has it alone.
 */
bool io_overlap(const struct slot *one, const struct slot *other, uint64_t nr);

/** io_is_own - P2P memory in one of the actor's own slots: nobody else writes to it */
bool io_is_own(const struct actor *actor, const struct slot *slot);

/**
 * io_can_write - may a disk be written from there, and what it gets be judged?
 *
 * P2P memory of its own, and a BAR in one of the actor's own slots, where io_claim()
 * and io_proves() tell whether others wrote to it. Memory that has to be enabled after
 * a reset takes nothing until then, and nobody knows when that was.
 */
bool io_can_write(const struct actor *actor, const struct slot *slot);

/**
 * io_proves - what memory holds is what this actor had put there since io_claim()
 *
 * By itself or by I/O: nobody else has claimed it, or has taken it from below.
 */
bool io_proves(struct actor *actor, const struct slot *slot, const char *addr,
	       size_t bytes);

/**
 * io_poison - make memory nothing that a disk has, before a read that is compared
 *
 * By the CPU, in each page, where it is beyond doubt that it is nobody else's: P2P
 * memory in the actor's own slots. Elsewhere it would fault in the pages that the I/O
 * is to fault in.
 */
void io_poison(struct actor *actor, const struct slot *slot, char *addr,
	       size_t bytes);

/**
 * io_claim_pages - io_claim() for pages of the BAR
 * @first: of them
 */
void io_claim_pages(struct actor *actor, uint64_t first, uint64_t nr);

/** io_pages_prove - do pages hold what this actor had written since it claimed them? */
bool io_pages_prove(struct actor *actor, uint64_t first, uint64_t nr);

/** io_claim_all - io_claim() for memory that it is hard to say where it is */
void io_claim_all(struct actor *actor);

/**
 * io_compare - does memory hold what the disk has at @offset?
 * @fd: of the disk
 *
 * Only where nobody else has claimed it since the race began, where nothing has
 * begun since the I/O that may have emptied the device's memory, and of a CMB where
 * its own driver has not reset it since. Wrong data is engine_wrong().
 *
 * Return: 0, or DONE_SIGNAL() where the memory was taken away.
 */
int io_compare(struct actor *actor, const struct slot *slot, int fd,
	       const char *addr, size_t bytes, uint64_t offset);

/** io_whole - all of what was asked for; else -errno, -EFAULT for a part */
int io_whole(int64_t done, size_t bytes);

/** io_whole_call - likewise, of a call that sets errno */
int io_whole_call(ssize_t got, size_t bytes);

/**
 * io_judge - is that a right end of I/O with this memory?
 *
 * With P2P memory, and struct pages of dma-bufs, I/O either gets no pages, or the
 * device stays until it is done: it does not fail on its way.
 *
 * Return: @ret.
 */
int io_judge(struct actor *actor, const struct slot *slot, int ret);

#endif
