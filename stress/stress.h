/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stress - what a scenario is
 *
 * A scenario is one file that tells of a race and ends in a constant table:
 *
 *	static const struct stress_step readers[] = {
 *		STEP(p2p_map, ONLY(0), BETWEEN(1, 4)),
 *		STEP(disk_read, ONLY(0)),
 *		{},
 *	};
 *
 *	SCENARIO(reads_against_resets) = {
 *		.name = "reads-against-resets",
 *		...
 *		.actors = { { .name = "reader", .steps = readers, ... } },
 *	};
 *
 * The harness draws programs from it, one after the other, by a seed: who does
 * what, with which arguments and delays. It runs them, and looks after each:
 * kernel log, results, data, leaks. See engine/engine.h for what is run, and
 * docs/stress.md for how a scenario is written.
 */
#ifndef STRESS_STRESS_H
#define STRESS_STRESS_H

#include "engine/engine.h"
#include "engine/needs.h"
#include "engine/ops.h"
#include "engine/power.h"

#define STRESS_MAX_KINDS 8 /* of actors */
#define STRESS_MAX_POINTS 24
#define STRESS_MAX_HAZARDS 8

/* how a scenario or the whole program ends; also the exit status */
enum stress_status {
	STRESS_PASS = 0,
	STRESS_FAIL = 1,
	STRESS_OTHER = 2, /* a replay failed, but not as it did before */
	STRESS_SKIP = 77,
	STRESS_ERROR = 99,
};

/**
 * enum stress_pace - how long races of a scenario take in software emulation
 * @STRESS_QUICK: half a second or so; every cycle of a mix has them
 * @STRESS_SLOW: a second or two; not in the first cycle, but for what no quick one is for
 * @STRESS_LENGTHY: more, or what little is to be expected of; in one of four cycles,
 *	after the others. Who asks for a hazard has them last as well.
 */
enum stress_pace {
	STRESS_QUICK,
	STRESS_SLOW,
	STRESS_LENGTHY,
};

/* in which races something is, where a scenario is drawn in halves */
enum stress_half {
	STRESS_BOTH,
	STRESS_WITH, /* those with what is done before */
	STRESS_WITHOUT, /* the others */
};

/**
 * struct stress_range - what an argument is drawn from
 * @min: smallest
 * @max: largest
 * @set: otherwise the operation's own range
 */
struct stress_range {
	int64_t min;
	int64_t max;
	bool set;
};

/**
 * struct stress_step - an operation that an actor may do
 * @op: which
 * @arg: narrower than the operation has it
 * @weight: how often, against the others; of what is done before and after the
 *	actors: in one race of so many; 0 counts as 1
 * @half: in which races; not for actors that are in order
 */
struct stress_step {
	const struct op *op;
	struct stress_range arg[ENGINE_NR_ARGS];
	unsigned int weight;
	enum stress_half half;
};

#define ONLY(n)                                                                \
	{                                                                      \
		(n), (n), true                                                 \
	}
#define BETWEEN(a, b)                                                          \
	{                                                                      \
		(a), (b), true                                                 \
	}
#define ANY                                                                    \
	{                                                                      \
		0, 0, false                                                    \
	}
#define STEP(id, ...)                                                          \
	{                                                                      \
		.op = &op_##id, .arg = { __VA_ARGS__ }                         \
	}
#define OFTEN(n, id, ...)                                                      \
	{                                                                      \
		.op = &op_##id, .arg = { __VA_ARGS__ }, .weight = (n)          \
	}
/* in one race of @n; before and after the actors */
#define SELDOM(n, id, ...) OFTEN(n, id, __VA_ARGS__)

/**
 * struct stress_actor - a kind of actor
 * @name: of it, at most 12 characters
 * @steps: what it does
 * @min: how many of the kind there are, at least
 * @max: at most
 * @in_order: it does all steps as they stand; otherwise as drawn by weight
 * @min_calls: how many steps it draws, at least; not for @in_order
 * @max_calls: at most
 * @turns: how often it repeats that, at most; drawn from 1 up, 0 counts as 1
 * @sweep: of one of its calls, in each race another, the first allocation fails, then
 *	the second and so on, see struct call; in place of turns
 * @jitter_us: delays before a step are drawn up to this, short ones more often
 * @even: as likely long ones: for who is to come when others are busy
 * @process: the actors of the kind are processes
 * @half: in which races it is
 */
struct stress_actor {
	const char *name;
	const struct stress_step *steps;
	unsigned int min;
	unsigned int max;
	bool in_order;
	unsigned int min_calls;
	unsigned int max_calls;
	unsigned int turns;
	bool sweep;
	unsigned int jitter_us;
	bool even;
	bool process;
	enum stress_half half;
};

/**
 * struct stress_scenario - one race; a constant table
 * @name: hyphenated
 * @summary: one line
 * @hazards: numbers of docs/hazards.md
 * @needs: NEED_*, beyond those of the operations
 * @before: done in order before the actors start; must succeed
 * @before_half: half of the races go without @before
 * @actors: up to the first without a name
 * @after: done in order when they have ended; must succeed
 * @points: where the kernel may be delayed, in the words of
 *	brg_amplifier_parse(), two that go together with a "&" between them; what
 *	a kernel does not have is left out; the first is the one that opens what
 *	the race is about, and is seldom missing from one
 * @limit_ms: how long one race may take, 0: a minute
 * @each_provider: its time is for all providers, one after the other; otherwise
 *	for the first that has what is needed
 * @fail_nth: allocations may be made to fail, up to the n-th of a call; 0: none
 * @ordered: the actors' operations come one after the other, in an order that is
 *	drawn; each actor does its own once
 * @alone: where races are mixed, no stranger is to join its own: they share what
 *	only one may use, or time is measured
 * @pace: how long its races take, which decides when a mix has them
 * @strangers: that makes it the mix: its races are those of all scenarios in turn,
 *	its own among them, and up to two of these join in; they go on until the
 *	others are done
 * @check: looks at what was done when the race is over, before it is tidied up;
 *	says engine_wrong(); or NULL
 */
struct stress_scenario {
	const char *name;
	const char *summary;
	unsigned int hazards[STRESS_MAX_HAZARDS];
	unsigned int needs;
	const struct stress_step *before;
	bool before_half;
	struct stress_actor actors[STRESS_MAX_KINDS];
	const struct stress_step *after;
	const char *points[STRESS_MAX_POINTS];
	unsigned int limit_ms;
	unsigned int fail_nth;
	bool each_provider;
	bool ordered;
	bool alone;
	enum stress_pace pace;
	const struct stress_actor *strangers;
	void (*check)(struct world *world, const struct program *program);
};

/* The linker gathers the entries' addresses: there is no list to keep. */
#define SCENARIO(id)                                                           \
	static const struct stress_scenario scenario_##id;                     \
	static const struct stress_scenario *const scenario_##id##_entry       \
		__attribute__((used, section("stress_all"))) = &scenario_##id; \
	static const struct stress_scenario scenario_##id

#endif
