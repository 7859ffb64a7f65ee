// SPDX-License-Identifier: GPL-2.0-only
#include "mix.h"

#include <stdlib.h>

#include "draw-cpus.h"
#include "draw.h"
#include "random.h"
#include "registry.h"

#define AGAIN_ONE_IN 4 /* providers, of those after the first that can do it */
#define MOST_STRANGERS 2
#define LENGTHY_CYCLES 4 /* one that is lengthy comes in one of so many */
#define LENGTHY_SEED 0 /* of which it is */

/* streams of one seed; races have those from 0 up, draw-cpus.c some behind these */
#define STREAM_CHOICE (~0ull)
#define STREAM_ORDER (~1ull)
#define STREAM_STRANGERS (1ull << 32)

/* what decides when a scenario has its turn: the races, and see quick_hazards() */
struct mix {
	const struct races *races;
	uint64_t quick;
};

static bool can_do_it(unsigned int has, const struct stress_scenario *scenario)
{
	return !(registry_race_needs(scenario) & ~has);
}

/*
 * No cycle has all lengthy ones. In which of them each comes, says its name: it has to
 * be the same in all cycles, each of which has a seed of its own.
 */
static unsigned int which_turn(const struct stress_scenario *scenario)
{
	uint64_t stream = 0;
	struct random random;

	for (const char *c = scenario->name; *c; c++)
		stream = stream * 31 + (unsigned char)*c;
	random = random_seed(LENGTHY_SEED, stream);
	return (unsigned int)random_between(&random, 0, LENGTHY_CYCLES - 1);
}

/* what those are for that are soon over */
static uint64_t quick_hazards(const struct races *races)
{
	const struct stress_scenario **all;
	uint64_t hazards = 0;
	size_t nr;

	all = registry_all(&nr);
	for (size_t i = 0; all && i < nr; i++)
		if (all[i]->pace == STRESS_QUICK &&
		    can_do_it(races->has, all[i]))
			hazards |= registry_hazards(all[i]);
	free(all);
	return hazards;
}

static struct mix mix_of(const struct races *races)
{
	return (struct mix){ races, quick_hazards(races) };
}

/*
 * The earlier what is soon over, the more has been tried when time is up. But each
 * hazard is to be tried before any of them is for a second time.
 */
static unsigned int first_cycle(const struct mix *mix,
				const struct stress_scenario *scenario)
{
	switch (scenario->pace) {
	case STRESS_QUICK:
		return 0;
	case STRESS_SLOW:
		return registry_hazards(scenario) & ~mix->quick ? 0 : 1;
	case STRESS_LENGTHY:
		break;
	}
	return 1 + which_turn(scenario);
}

static bool was_before(const struct mix *mix,
		       const struct stress_scenario *scenario)
{
	return mix->races->cycle > first_cycle(mix, scenario);
}

static bool has_its_turn(const struct mix *mix,
			 const struct stress_scenario *scenario)
{
	unsigned int first = first_cycle(mix, scenario);

	if (mix->races->cycle < first)
		return false;
	return scenario->pace != STRESS_LENGTHY ||
	       !((mix->races->cycle - first) % LENGTHY_CYCLES);
}

static bool is_mixed_in(const struct mix *mix,
			const struct stress_scenario *scenario,
			struct random *random)
{
	const struct races *races = mix->races;
	bool again = random_chance(random, AGAIN_ONE_IN) &&
		     was_before(mix, scenario);

	if (!can_do_it(races->has, scenario) || !has_its_turn(mix, scenario))
		return false;
	for (unsigned int i = 0; i < races->nr_earlier; i++)
		if (can_do_it(races->earlier[i], scenario))
			return again;
	return true;
}

/* by their names; the caller frees */
static const struct stress_scenario **list(const struct mix *mix,
					   unsigned int *nr)
{
	struct random random = random_seed(mix->races->seed, STREAM_CHOICE);
	const struct stress_scenario **all;
	size_t nr_all;

	*nr = 0;
	all = registry_all(&nr_all);
	for (size_t i = 0; all && i < nr_all; i++)
		if (is_mixed_in(mix, all[i], &random))
			all[(*nr)++] = all[i];
	return all;
}

unsigned int mix_nr(const struct races *races)
{
	struct mix mix = mix_of(races);
	unsigned int nr;

	free(list(&mix, &nr));
	return nr;
}

static void shuffle(const struct stress_scenario **all, unsigned int nr,
		    struct random *random)
{
	for (unsigned int i = nr; i-- > 1;) {
		unsigned int at = (unsigned int)random_between(random, 0, i);
		const struct stress_scenario *other = all[at];

		all[at] = all[i];
		all[i] = other;
	}
}

enum rank {
	RANK_NEW_QUICK,
	RANK_NEW_SLOW,
	RANK_OTHER,
	RANK_LENGTHY,
	NR_RANKS,
};

static enum rank rank_of(const struct mix *mix,
			 const struct stress_scenario *scenario)
{
	if (scenario->pace == STRESS_LENGTHY)
		return RANK_LENGTHY;
	if (was_before(mix, scenario))
		return RANK_OTHER;
	return scenario->pace == STRESS_QUICK ? RANK_NEW_QUICK : RANK_NEW_SLOW;
}

/* those first that are for a hazard which none was for */
static void move_up_new(const struct stress_scenario **all, unsigned int nr,
			uint64_t *hazards)
{
	unsigned int to = 0;

	for (unsigned int i = 0; i < nr; i++) {
		const struct stress_scenario *scenario = all[i];

		if (!(registry_hazards(scenario) & ~*hazards))
			continue;
		*hazards |= registry_hazards(scenario);
		all[i] = all[to];
		all[to++] = scenario;
	}
}

/* what a cycle has for the first time comes before what earlier ones have had */
static void put_in_order(const struct mix *mix,
			 const struct stress_scenario **all, unsigned int nr)
{
	unsigned int from = 0, to = 0;
	uint64_t hazards = 0;

	for (enum rank rank = 0; rank < NR_RANKS; rank++) {
		for (unsigned int i = from; i < nr; i++) {
			const struct stress_scenario *scenario = all[i];

			if (rank_of(mix, scenario) != rank)
				continue;
			all[i] = all[to];
			all[to++] = scenario;
		}
		if (!mix->races->cycle)
			move_up_new(all + from, to - from, &hazards);
		from = to;
	}
}

/* the next cycle has another order */
static const struct stress_scenario *choose(const struct mix *mix,
					    uint64_t number)
{
	const struct stress_scenario **all, *chosen = NULL;
	struct random random;
	unsigned int nr;

	all = list(mix, &nr);
	if (nr) {
		random = random_seed(mix->races->seed + number / nr,
				     STREAM_ORDER);
		shuffle(all, nr, &random);
		put_in_order(mix, all, nr);
		chosen = all[number % nr];
	}
	free(all);
	return chosen;
}

/* Before strangers join, a scenario has a race of its own, all of which is strict. */
static bool may_have_strangers(const struct mix *mix,
			       const struct stress_scenario *scenario)
{
	return was_before(mix, scenario) && !scenario->alone &&
	       !scenario->ordered && !scenario->strangers;
}

static void add_strangers(const struct races *races, uint64_t number,
			  struct program *program)
{
	const struct stress_actor *strangers = races->scenario->strangers;
	uint64_t stream = STREAM_STRANGERS + number;
	struct random random = random_seed(races->seed, stream);
	int64_t wanted = random_between(&random, 0, MOST_STRANGERS);
	unsigned int nr = 0;

	while (strangers[nr].name)
		nr++;
	while (wanted--)
		draw_stranger(&strangers[random_between(&random, 0, nr - 1)],
			      &random, races->has, program);
	draw_cpus(races->seed, number, program);
}

const struct stress_scenario *mix_draw(const struct races *races,
				       uint64_t number, struct program *program)
{
	struct mix mix = mix_of(races);
	const struct stress_scenario *scenario = choose(&mix, number);

	if (!scenario)
		return NULL;
	draw_program(scenario, races->seed, number, races->has, program);
	if (may_have_strangers(&mix, scenario))
		add_strangers(races, number, program);
	return scenario;
}
