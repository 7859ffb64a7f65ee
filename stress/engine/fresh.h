/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fresh - P2P memory that was just allocated is nobody else's
 *
 * I/O that was begun with memory that is given up has its pages until it is over:
 * nobody else may get them before.
 *
 *	fresh_fill(actor, slot, &fresh);
 *	... others' I/O ends
 *	fresh_judge(actor, &fresh);
 */
#ifndef STRESS_FRESH_H
#define STRESS_FRESH_H

#include "engine.h"

/**
 * struct fresh - what was written to such memory
 * @addr: of it
 * @bytes: so many; 0: it was taken away before
 * @generation: of what was written
 * @steady: see promise_quiet() of @shaken
 */
struct fresh {
	char *addr;
	size_t bytes;
	uint64_t generation;
	uint32_t steady;
};

/**
 * fresh_fill - write to all of it, by the CPU
 * @slot: one of the actor's own, with P2P memory that nobody has done I/O with
 * @fresh: receives what was written
 */
void fresh_fill(struct actor *actor, const struct slot *slot,
		struct fresh *fresh);

/** fresh_judge - engine_wrong() where it can be reached and holds something else */
void fresh_judge(struct actor *actor, const struct fresh *fresh);

#endif
