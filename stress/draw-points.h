/* SPDX-License-Identifier: GPL-2.0-only */
/* draw-points - which delays a race has in the kernel, as a seed decides */
#ifndef STRESS_DRAW_POINTS_H
#define STRESS_DRAW_POINTS_H

#include "random.h"
#include "stress.h"

/**
 * draw_points_add - one that a scenario names, or several that go together
 * @text: as in struct stress_scenario, with a "&" between them
 * @random: their seeds
 * @program: they are added to its own, as far as there is room
 */
void draw_points_add(const char *text, struct random *random,
		     struct program *program);

/**
 * draw_points - of one race
 * @scenario: names all that there may be
 * @seed: of the run
 * @round: number of the race
 * @program: they are added to its own
 *
 * Each may be there, so that two can be that only help together, and sometimes none
 * is: the delays may also hide something.
 */
void draw_points(const struct stress_scenario *scenario, uint64_t seed,
		 uint64_t round, struct program *program);

#endif
