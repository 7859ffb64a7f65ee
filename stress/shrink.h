/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shrink - ways to make races smaller, one small step each
 *
 * Of all races that are given: which of them it takes is not known before.
 */
#ifndef STRESS_SHRINK_H
#define STRESS_SHRINK_H

#include "races.h"

/**
 * struct shrink - one way
 * @name: what it takes away, for people
 * @step: take away the @at-th thing of its kind; false where there are not so
 *	many. @changed says whether anything is different then
 * @tries: how often that is tried before it counts as passing; 0 counts as 1
 */
struct shrink {
	const char *name;
	bool (*step)(struct races *races, unsigned int at, bool *changed);
	unsigned int tries;
};

/** shrink_ways - all of them, the greatest first; ends with one without a name */
extern const struct shrink shrink_ways[];

/**
 * shrink_call - the @at-th operation, through all parts of all races
 * @actor: receives whose it is
 *
 * Return: NULL behind the last one.
 */
struct call *shrink_call(struct races *races, unsigned int at,
			 struct actor_program **actor);

/**
 * shrink_point - the @at-th place where the kernel is slow, through all races
 * @program: receives whose it is
 *
 * Return: NULL behind the last one.
 */
struct point *shrink_point(struct races *races, unsigned int at,
			   struct program **program);

/** shrink_renumber - close the gaps that a step has left in the order of calls */
void shrink_renumber(struct races *races);

/** shrink_size - operations, actors, CPUs of those, turns, delays and points of the races */
unsigned int shrink_size(const struct races *races);

#endif
