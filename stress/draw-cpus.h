/* SPDX-License-Identifier: GPL-2.0-only */
/* draw-cpus - where the actors of a race run */
#ifndef STRESS_DRAW_CPUS_H
#define STRESS_DRAW_CPUS_H

#include <stdint.h>

#include "engine/engine.h"

/**
 * draw_cpus - half of the races leave that to the scheduler
 * @seed: of the run
 * @round: number of the race
 * @program: with all its actors; those that join later change nothing for the others
 *	where it is drawn again
 *
 * In the others each actor has a CPU for itself as far as there are enough, or all
 * have the same one, or each one of a few.
 */
void draw_cpus(uint64_t seed, uint64_t round, struct program *program);

#endif
