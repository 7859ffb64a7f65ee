/* SPDX-License-Identifier: GPL-2.0-only */
/* mix - the races of all scenarios in turn, and strangers in them */
#ifndef STRESS_MIX_H
#define STRESS_MIX_H

#include "races.h"

#define MIX_EMPTY_CYCLES                                                       \
	4 /* that there may be before all that is mixed had a turn */

/**
 * mix_nr - how many scenarios it mixes on a provider
 * @races: of a scenario with strangers; its seed, and what there is
 *
 * Those whose needs are met: quick ones in each cycle, slow ones from the second on, or
 * from the first where no quick one is for one of their hazards, and a fourth of the
 * lengthy ones, in turns, in each but the first. One that an earlier provider can do as
 * well is there by chance only, and not in its first cycle.
 */
unsigned int mix_nr(const struct races *races);

/**
 * mix_draw - the race with a number
 * @races: as above
 * @number: the first mix_nr() are of one scenario each, in an order that the seed
 *	decides, and so on; those come first that have not had a turn
 * @program: receives it
 *
 * Return: the scenario that it was drawn from; NULL where mix_nr() is 0.
 */
const struct stress_scenario *
mix_draw(const struct races *races, uint64_t number, struct program *program);

#endif
