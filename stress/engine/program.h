/* SPDX-License-Identifier: GPL-2.0-only */
/* program - one race: who does which operations, in which order, when */
#ifndef STRESS_PROGRAM_H
#define STRESS_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "op.h"

#define ENGINE_MAX_ACTORS 16
#define ENGINE_MAX_CALLS 64
#define ENGINE_STRANGER_MS 3000
#define ENGINE_MAX_POINTS 8
#define ENGINE_POINT_BYTES 160

/**
 * struct call - one operation of a program
 * @op: which
 * @arg: with what
 * @delay_us: to wait before it, busily below 50
 * @fail_nth: the n-th allocation in it fails; 0 for none
 * @sweep: the n-th allocation in it fails in the n-th turn, and its actor repeats all
 *	that it does, whatever its turns, until none has failed any more: each error
 *	path of the call is taken. Where it has failed for that it is done once more at
 *	once, and has to work
 * @order: 0: whenever its actor comes to it; otherwise from 1 up, without gaps:
 *	when all those of lower order are done, whoever does them
 */
struct call {
	const struct op *op;
	int64_t arg[ENGINE_NR_ARGS];
	uint32_t delay_us;
	uint32_t fail_nth;
	bool sweep;
	uint32_t order;
};

/**
 * struct actor_program - what one actor does
 * @name: of the actor
 * @process: it is a process of its own, forked when the race begins
 * @cpu: where it runs: 0: anywhere; otherwise on the n-th CPU of those that there
 *	are, see cpu_of(); not of what is done before and after
 * @turns: how often it does all of it
 * @stranger: it ends as soon as all those have who are none, or after
 *	ENGINE_STRANGER_MS: who is stuck is to be seen to be
 * @nr_calls: how many operations
 * @calls: the operations
 */
struct actor_program {
	const char *name;
	bool process;
	unsigned int cpu;
	unsigned int turns;
	bool stranger;
	unsigned int nr_calls;
	struct call calls[ENGINE_MAX_CALLS];
};

/**
 * struct point - a place of the kernel that is slow in a race
 * @text: which, and how: as brg_amplifier_parse() reads it
 */
struct point {
	char text[ENGINE_POINT_BYTES];
};

/**
 * struct program - one race
 * @nr_points: how many points
 * @points: where the kernel is slow meanwhile
 * @before: done one after the other, before the actors start
 * @nr_actors: how many actors
 * @actors: who do their parts at once
 * @after: done when they all have ended
 */
struct program {
	unsigned int nr_points;
	struct point points[ENGINE_MAX_POINTS];
	struct actor_program before;
	unsigned int nr_actors;
	struct actor_program actors[ENGINE_MAX_ACTORS];
	struct actor_program after;
};

#endif
