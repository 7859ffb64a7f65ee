// SPDX-License-Identifier: GPL-2.0-only
#include "mix.h"

#include <stdlib.h>

#include "draw-cpus.h"
#include "draw.h"
#include "random.h"
#include "registry.h"

#define AGAIN_ONE_IN 4 /* providers, of those after the first that can do it */
#define MOST_STRANGERS 2
#define TURNS 0 /* seed of which those are */
#define LENGTHY_CYCLES 4 /* one that is lengthy comes in one of so many */

/* streams of one seed; races have those from 0 up, draw-cpus.c some behind these */
#define STREAM_CHOICE (~0ull)
#define STREAM_ORDER (~1ull)
#define STREAM_STRANGERS (1ull << 32)

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
	random = random_seed(TURNS, stream);
	return (unsigned int)random_between(&random, 0, LENGTHY_CYCLES - 1);
}

/* the earlier what is soon over, the more has been tried when time is up */
static unsigned int first_cycle(const struct stress_scenario *scenario)
{
	switch (scenario->pace) {
	case STRESS_QUICK:
		return 0;
	case STRESS_SLOW:
		return 1;
	case STRESS_LENGTHY:
		break;
	}
	return 1 + which_turn(scenario);
}

static bool was_before(const struct races *races,
		       const struct stress_scenario *scenario)
{
	return races->cycle > first_cycle(scenario);
}

static bool has_its_turn(const struct races *races,
			 const struct stress_scenario *scenario)
{
	unsigned int first = first_cycle(scenario);

	if (races->cycle < first)
		return false;
	return scenario->pace != STRESS_LENGTHY ||
	       !((races->cycle - first) % LENGTHY_CYCLES);
}

static bool is_mixed_in(const struct races *races,
			const struct stress_scenario *scenario,
			struct random *random)
{
	bool again = random_chance(random, AGAIN_ONE_IN) &&
		     was_before(races, scenario);

	if (!can_do_it(races->has, scenario) || !has_its_turn(races, scenario))
		return false;
	for (unsigned int i = 0; i < races->nr_earlier; i++)
		if (can_do_it(races->earlier[i], scenario))
			return again;
	return true;
}

/* by their names; the caller frees */
static const struct stress_scenario **list(const struct races *races,
					   unsigned int *nr)
{
	struct random random = random_seed(races->seed, STREAM_CHOICE);
	const struct stress_scenario **all;
	size_t nr_all;

	*nr = 0;
	all = registry_all(&nr_all);
	for (size_t i = 0; all && i < nr_all; i++)
		if (is_mixed_in(races, all[i], &random))
			all[(*nr)++] = all[i];
	return all;
}

unsigned int mix_nr(const struct races *races)
{
	unsigned int nr;

	free(list(races, &nr));
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

static unsigned int move_up(const struct stress_scenario **all, unsigned int nr,
			    unsigned int from, enum stress_pace pace)
{
	for (unsigned int i = from; i < nr; i++) {
		const struct stress_scenario *scenario = all[i];

		if (scenario->pace != pace)
			continue;
		all[i] = all[from];
		all[from++] = scenario;
	}
	return from;
}

static uint64_t hazards_of(const struct stress_scenario *scenario)
{
	uint64_t hazards = 0;

	for (int i = 0; i < STRESS_MAX_HAZARDS && scenario->hazards[i]; i++)
		hazards |= 1ull << scenario->hazards[i];
	return hazards;
}

/* what all of a pace are for that earlier cycles have had */
static uint64_t hazards_before(const struct races *races)
{
	const struct stress_scenario **all;
	uint64_t hazards = 0;
	size_t nr;

	all = registry_all(&nr);
	for (size_t i = 0; all && i < nr; i++)
		if (can_do_it(races->has, all[i]) && was_before(races, all[i]))
			hazards |= hazards_of(all[i]);
	free(all);
	return hazards;
}

/* those first that are for a hazard which none has been for yet */
static void move_up_new(const struct stress_scenario **all, unsigned int nr,
			uint64_t hazards)
{
	unsigned int to = 0;

	for (unsigned int i = 0; i < nr; i++) {
		const struct stress_scenario *scenario = all[i];

		if (!(hazards_of(scenario) & ~hazards))
			continue;
		hazards |= hazards_of(scenario);
		all[i] = all[to];
		all[to++] = scenario;
	}
}

/* slow ones before those that the first cycle has had, lengthy ones at the end */
static void put_in_order(const struct races *races,
			 const struct stress_scenario **all, unsigned int nr)
{
	unsigned int slow = move_up(all, nr, 0, STRESS_SLOW);
	unsigned int quick = move_up(all, nr, slow, STRESS_QUICK);
	uint64_t before = hazards_before(races);

	move_up_new(all, slow, before);
	move_up_new(all + slow, quick - slow, before);
}

/* the next cycle has another order */
static const struct stress_scenario *choose(const struct races *races,
					    uint64_t number)
{
	const struct stress_scenario **all, *chosen = NULL;
	struct random random;
	unsigned int nr;

	all = list(races, &nr);
	if (nr) {
		random = random_seed(races->seed + number / nr, STREAM_ORDER);
		shuffle(all, nr, &random);
		put_in_order(races, all, nr);
		chosen = all[number % nr];
	}
	free(all);
	return chosen;
}

/* Before strangers join, a scenario has a race of its own, all of which is strict. */
static bool may_have_strangers(const struct races *races,
			       const struct stress_scenario *scenario)
{
	return was_before(races, scenario) && !scenario->alone &&
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
	const struct stress_scenario *scenario = choose(races, number);

	if (!scenario)
		return NULL;
	draw_program(scenario, races->seed, number, races->has, program);
	if (may_have_strangers(races, scenario))
		add_strangers(races, number, program);
	return scenario;
}
