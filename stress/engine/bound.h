/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bound - how long a call of the kernel may take
 *
 * What waits for I/O may take as long as that does. So time counts from when the
 * last I/O of the race has landed, and not at all while there is some.
 */
#ifndef STRESS_BOUND_H
#define STRESS_BOUND_H

#include "engine.h"

/* Places that are slow take up to 20 ms each time, and are come by once a page. */
#define BOUND_DELAYS_MS 30000

/** bound_begin - an operation of this thread begins: nothing was late so far */
void bound_begin(void);

/**
 * bound_note - a call has ended, or a part of it: has it taken too long?
 * @what: the call
 * @begin_ns: when it began
 * @bound_ms: what it may take
 * @flying_ms: what it may take where I/O is under way all the time; 0: forever
 */
void bound_note(const struct world *world, const char *what, uint64_t begin_ns,
		uint64_t bound_ms, uint64_t flying_ms);

/**
 * bound_judge - the operation has ended: engine_wrong() where something was late
 *
 * Not to be called where an allocation has failed in it.
 */
void bound_judge(struct world *world);

#endif
