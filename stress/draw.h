/* SPDX-License-Identifier: GPL-2.0-only */
/* draw - make a program of a scenario, as a seed decides */
#ifndef STRESS_DRAW_H
#define STRESS_DRAW_H

#include "random.h"
#include "stress.h"

/**
 * draw_program - the race with one number
 * @scenario: what it is about
 * @seed: of the run
 * @round: number of the race
 * @has: NEED_* that there are: steps that need others are left out
 * @program: receives it
 */
void draw_program(const struct stress_scenario *scenario, uint64_t seed,
		  uint64_t round, unsigned int has, struct program *program);

/**
 * draw_stranger - let one more actor join in
 * @actor: its kind
 * @random: what it does is drawn by this
 * @has: NEED_* that there are
 * @program: unchanged where it has as many actors as can be
 */
void draw_stranger(const struct stress_actor *actor, struct random *random,
		   unsigned int has, struct program *program);

#endif
