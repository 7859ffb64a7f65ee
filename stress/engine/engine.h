/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine - races: operations that several actors do at the same time
 *
 * An operation is one thing that user space can do to a BAR, its memory, or the
 * device. A program says which actor does which operations, in which order and
 * how long after one another; running it is a race. Nothing here is random, so
 * that a program can be run again, made smaller, and printed.
 *
 * This folder needs libc, the kernel's headers, lib/block.c, importer-uapi.h and,
 * for memory regions, libibverbs, nothing else: a reproducer is made of it.
 */
#ifndef STRESS_ENGINE_H
#define STRESS_ENGINE_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "device.h"
#include "io-gate.h"
#include "op.h"
#include "program.h"
#include "shared.h"
#include "slot.h"
#include "touch.h"
#include "verdict.h"
#include "world.h"

/**
 * struct actor - who does operations
 * @world: to what
 * @index: which of the arena's parts is its own
 * @alone: there is no other thread in its process
 * @strict: nobody else does anything meanwhile: all must succeed
 * @failing: an allocation of the call that it is in is to fail
 * @fail_fd: by this, see fail-nth.h; -1 otherwise
 * @turn: in which it is, from 0
 * @swept: in this turn a call that is swept had an allocation that failed
 * @log: what it does
 * @slots: its own
 * @host: page-aligned memory for its use, SLOT_BYTES
 * @inside: its I/O keeps it inside of the gate, see io-gate.h
 * @claimed: when it last claimed pages, as promise_quiet() of @registered has it
 * @steady: when it last began I/O, as promise_quiet() of @shaken has it
 * @ready: likewise, of @unready
 * @unready: the mapping that it has I/O with is so, see slot.h
 * @untouched: when it last claimed pages, as promise_quiet() of @astray has it
 * @begun: likewise, @begun of struct shared
 * @looked_ns: when that was
 */
struct actor {
	struct world *world;
	unsigned int index;
	bool alone;
	bool strict;
	bool failing;
	int fail_fd;
	unsigned int turn;
	bool swept;
	struct actor_log *log;
	struct slot slots[SLOT_NR_OWN];
	char *host;
	bool inside;
	uint32_t claimed;
	uint32_t steady;
	uint32_t ready;
	bool unready;
	uint32_t untouched;
	uint32_t begun;
	uint64_t looked_ns;
};

/* time.c */

/** engine_now_ns - CLOCK_MONOTONIC */
uint64_t engine_now_ns(void);

/** engine_others_work - is anybody at work who is not holding a mapping only? */
bool engine_others_work(struct shared *shared);

/** engine_pause_us - wait: busily where that is short */
void engine_pause_us(uint32_t us);

/**
 * engine_transferred - of a call that sets errno, to or from other than memory of a race
 * @done: what it returned
 * @bytes: that were asked for
 *
 * Return: 0; -errno; -EIO where it was only a part.
 */
static inline int engine_transferred(ssize_t done, size_t bytes)
{
	if (done < 0)
		return -errno;
	return (size_t)done == bytes ? 0 : -EIO;
}

/* race.c */

/**
 * engine_race - run a program once
 * @world: open, quiet
 * @program: what
 *
 * Blocks until all actors have ended, however long that takes: somebody else has
 * to watch, by @world->shared. Each result that its operation does not allow is
 * engine_wrong().
 */
void engine_race(struct world *world, const struct program *program);

/** engine_faults - does an actor do what makes DMA that the IOMMU stops right? */
bool engine_faults(const struct program *program);

#endif
