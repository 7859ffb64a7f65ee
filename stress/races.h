/* SPDX-License-Identifier: GPL-2.0-only */
/* races - where the programs of a run come from */
#ifndef STRESS_RACES_H
#define STRESS_RACES_H

#include "options.h"
#include "stress.h"

#define RACES_KEPT 4 /* of those before a failure */

/**
 * struct races - drawn from a scenario by a seed, or given, over and over
 * @scenario: which; also says limits and needs of what is given
 * @seed: of what is drawn
 * @has: NEED_* that there are
 * @cycle: for a mix: how often all providers have had their turn
 * @nr_earlier: for a mix: providers that have their turn before this one
 * @earlier: NEED_* that there are with each of those
 * @number: of the last of @given, as it was drawn or came again; otherwise 0
 * @gaps: of @given, only the last has a number
 * @nr_given: 0: they are drawn
 * @given: the races
 * @of: what each was drawn from: @scenario, or one that it mixes in
 */
struct races {
	const struct stress_scenario *scenario;
	uint64_t seed;
	unsigned int has;
	unsigned int cycle;
	unsigned int nr_earlier;
	unsigned int earlier[STRESS_MAX_PROVIDERS];
	uint64_t number;
	bool gaps;
	unsigned int nr_given;
	struct program given[RACES_KEPT];
	const struct stress_scenario *of[RACES_KEPT];
};

/**
 * races_get - the race with a number, from 0
 *
 * Return: the scenario that it was drawn from; NULL: of a mix, and there is none
 * for this provider.
 */
const struct stress_scenario *
races_get(const struct races *races, uint64_t number, struct program *program);

/**
 * races_fault - is DMA that the IOMMU stops right in a race, or in the one before?
 * @races: where it comes from
 * @number: of it
 *
 * The one before, since who reads of it may do so a moment later. One thread at a
 * time.
 */
bool races_fault(const struct races *races, uint64_t number);

/**
 * races_number - the number that a seed gives to the @round-th race
 *
 * Another one where races are given: those of --race, or of a bundle.
 */
uint64_t races_number(const struct races *races, uint64_t round);

/**
 * races_keep - as given ones, those that came up to a number
 * @from: where they came from
 * @number: of the last
 * @to: receives them, that one last
 */
void races_keep(const struct races *from, uint64_t number, struct races *to);

#endif
