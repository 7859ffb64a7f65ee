// SPDX-License-Identifier: GPL-2.0-only
/* The search for as little as still fails, with trials that end as they are told */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include <barrage/amplifier.h>

#include "../halve.h"
#include "../search.h"

static const struct op op_amount = {
	.name = "amount",
	.args = { { "slot", 0, 3 },
		  { "pages", 1, 512 },
		  { "timeout of resets, ms", 100, 20000 },
		  { "time off, us", 0, 5000 } },
};

static const struct op op_choice = {
	.name = "choice",
	.args = { { "slot", 0, 3 }, { "pages", 0, 1 } },
};

static bool (*fails)(const struct program *program);
/* likewise, where more than one race matters */
static bool (*all_fail)(const struct races *races);
static struct search search;
static unsigned int nr_trials, nr_halved;

int trials_fail(struct trials *trials, const struct races *races)
{
	nr_trials++;
	trials->nr++;
	/* whatever is taken away makes it smaller */
	nr_halved += races == &search.candidate &&
		     shrink_size(races) == shrink_size(&search.best);
	if (all_fail)
		return all_fail(races);
	return fails ? fails(&races->given[races->nr_given - 1]) : -EIO;
}

/* a race; its operations and points can all be done without */
static void fill(struct program *program)
{
	program->before.name = program->after.name = "alone";
	program->before.turns = program->after.turns = 1;
	program->nr_actors = 2;
	for (unsigned int i = 0; i < 2; i++) {
		struct actor_program *actor = &program->actors[i];

		actor->name = "actor";
		actor->turns = 10;
		actor->cpu = 1 + i;
		actor->nr_calls = 2;
		actor->calls[0] = (struct call){
			.op = &op_amount,
			.arg = { 3, 512, 20000, 5000 },
			.delay_us = 20000,
		};
		actor->calls[1] = (struct call){
			.op = &op_choice,
			.arg = { 2, 1 },
			.delay_us = 1000,
		};
	}
	program->nr_points = 2;
	strcpy(program->points[0].text, "one:100..2000us/0.5,seed=7");
	strcpy(program->points[1].text, "two+return<b:0us,hold=80ms");
}

/* what is searched */
static struct search *search_of(bool (*judge)(const struct program *program))
{
	search_end(&search);
	memset(&search, 0, sizeof(search));
	fails = judge;
	all_fail = NULL;
	nr_trials = nr_halved = 0;
	search.best.nr_given = 1;
	fill(&search.best.given[0]);
	return &search;
}

/* likewise, several races, of which each has a slot of its own */
static struct search *search_of_all(bool (*judge)(const struct races *races))
{
	struct search *all = search_of(NULL);

	all_fail = judge;
	all->best.nr_given = RACES_KEPT;
	all->best.number = 10;
	for (unsigned int i = 0; i < RACES_KEPT; i++) {
		struct program *program = &all->best.given[i];

		if (i)
			fill(program);
		program->actors[0].calls[0].arg[0] = i;
		program->actors[1].calls[0].arg[0] = i;
	}
	return all;
}

static const struct call *amount_in(const struct program *program)
{
	for (unsigned int i = 0; i < program->nr_actors; i++)
		for (unsigned int c = 0; c < program->actors[i].nr_calls; c++)
			if (program->actors[i].calls[c].op == &op_amount)
				return &program->actors[i].calls[c];
	return NULL;
}

static bool takes_pages_and_time(const struct program *program)
{
	const struct call *call = amount_in(program);

	return call && call->arg[1] >= 5 && call->delay_us >= 300;
}

/* Within a factor of two of what it takes, and nothing besides. */
static void amounts_and_delays_are_halved(void **state)
{
	struct search *found = search_of(takes_pages_and_time);
	const struct program *program = &found->best.given[0];
	const struct call *call;

	assert_int_equal(search_smaller(found), 0);
	assert_int_equal(program->nr_actors, 1);
	assert_int_equal(program->actors[0].nr_calls, 1);
	assert_int_equal(program->actors[0].turns, 1);
	assert_int_equal(program->actors[0].cpu, 0);
	assert_int_equal(program->nr_points, 0);
	call = amount_in(program);
	assert_non_null(call);
	assert_in_range(call->delay_us, 300, 599);
	assert_in_range(call->arg[1], 5, 10);
	assert_int_equal(call->arg[3], 0);
	/* neither who it is done to, nor what a failure is judged by */
	assert_int_equal(call->arg[0], 3);
	assert_int_equal(call->arg[2], 20000);
}

static bool takes_choice(const struct program *program)
{
	return program->nr_actors == 2 && program->actors[1].nr_calls == 2 &&
	       program->actors[1].calls[1].arg[1] &&
	       program->actors[1].calls[1].delay_us >= 10 &&
	       program->actors[1].turns >= 3 && program->actors[0].cpu;
}

static void a_choice_is_not_halved(void **state)
{
	struct search *found = search_of(takes_choice);
	const struct actor_program *actors = found->best.given[0].actors;

	assert_int_equal(search_smaller(found), 0);
	assert_int_equal(actors[0].cpu, 1);
	assert_int_equal(actors[1].cpu, 0);
	assert_int_equal(actors[1].turns, 3);
	assert_int_equal(actors[1].calls[1].arg[0], 2);
	assert_int_equal(actors[1].calls[1].arg[1], 1);
	assert_in_range(actors[1].calls[1].delay_us, 10, 19);
	assert_int_equal(actors[1].calls[0].arg[1], 1);
}

static bool takes_slow_places(const struct program *program)
{
	struct brg_amplifier_point one, two;

	return program->nr_points == 2 &&
	       !brg_amplifier_parse(program->points[0].text, &one) &&
	       !brg_amplifier_parse(program->points[1].text, &two) &&
	       one.most_us >= 100 && two.wait_us >= 3000;
}

static void points_are_halved(void **state)
{
	struct search *found = search_of(takes_slow_places);
	const struct point *points = found->best.given[0].points;
	struct brg_amplifier_point point;

	assert_int_equal(search_smaller(found), 0);
	assert_int_equal(brg_amplifier_parse(points[0].text, &point), 0);
	assert_string_equal(point.symbol, "one");
	assert_in_range(point.most_us, 100, 199);
	assert_true(point.least_us <= point.most_us);
	assert_int_equal(point.probability, BRG_AMPLIFIER_ALWAYS / 2);
	assert_int_equal(point.seed, 7);
	assert_int_equal(brg_amplifier_parse(points[1].text, &point), 0);
	assert_string_equal(point.symbol, "two");
	assert_string_equal(point.caller, "b");
	assert_int_equal(point.kind, BRG_AMPLIFIER_HOLD);
	assert_in_range(point.wait_us, 3000, 5999);
}

/* each time, whatever is halved */
static bool takes_all_but_amounts(const struct program *program)
{
	if (program->nr_actors != 2 || program->nr_points != 2)
		return false;
	for (unsigned int i = 0; i < 2; i++) {
		const struct actor_program *actor = &program->actors[i];

		if (actor->nr_calls != 2 || actor->turns != 10 || !actor->cpu ||
		    !actor->calls[0].delay_us || !actor->calls[1].delay_us)
			return false;
	}
	return true;
}

/* Each trial may last long: what can be halved for ever is not. */
static void halving_has_a_bound(void **state)
{
	const struct program *program = &search.best.given[0];

	assert_int_equal(search_smaller(search_of(takes_all_but_amounts)), 0);
	assert_int_equal(nr_halved, SEARCH_HALVING_TRIALS);
	assert_int_equal(program->actors[0].calls[0].delay_us, 1);
}

/* where in the races somebody does that to a slot; -1: nowhere */
static int where_is(const struct races *races, int64_t slot)
{
	for (unsigned int i = 0; i < races->nr_given; i++) {
		const struct call *call = amount_in(&races->given[i]);

		if (call && call->arg[0] == slot && call->arg[1] >= 5)
			return (int)i;
	}
	return -1;
}

/* It is one, but not the one that was blamed. */
static bool takes_the_second(const struct races *races)
{
	return where_is(races, 1) >= 0;
}

static void expect_one_call(const struct races *races)
{
	const struct program *program = &races->given[0];

	assert_int_equal(races->nr_given, 1);
	assert_int_equal(program->nr_actors, 1);
	assert_int_equal(program->actors[0].nr_calls, 1);
	assert_int_equal(program->actors[0].calls[0].arg[0], 1);
	assert_int_equal(program->nr_points, 0);
}

static void whichever_race_it_takes_is_what_is_left(void **state)
{
	struct search *found = search_of_all(takes_the_second);

	assert_int_equal(search_smaller(found), 0);
	expect_one_call(&found->best);
	assert_int_equal(found->best.number, 8);
	assert_false(found->best.gaps);
}

static bool takes_it_every_other_time(const struct races *races)
{
	return takes_the_second(races) && nr_trials % 2;
}

/* What fails now and then is not given up where it passes once. */
static void races_are_tried_several_times(void **state)
{
	struct search *found = search_of_all(takes_it_every_other_time);

	assert_int_equal(search_smaller(found), 0);
	assert_int_equal(found->best.nr_given, 1);
	assert_int_equal(where_is(&found->best, 1), 0);
	assert_int_equal(found->best.number, 8);
}

/* in that order */
static bool takes_two(const struct races *races)
{
	int first = where_is(races, 0), second = where_is(races, 2);

	return first >= 0 && second > first && races->given[second].nr_points &&
	       races->given[second].actors[0].calls[0].delay_us >= 300;
}

static void all_races_that_it_takes_are_made_smaller(void **state)
{
	struct search *found = search_of_all(takes_two);
	const struct races *best = &found->best;

	assert_int_equal(search_smaller(found), 0);
	assert_int_equal(best->nr_given, 2);
	assert_int_equal(best->number, 9);
	assert_true(best->gaps);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(best->given[i].nr_actors, 1);
		assert_int_equal(best->given[i].actors[0].nr_calls, 1);
		assert_in_range(amount_in(&best->given[i])->arg[1], 5, 10);
	}
	assert_int_equal(best->given[0].nr_points, 0);
	assert_int_equal(best->given[0].actors[0].calls[0].delay_us, 0);
	assert_int_equal(best->given[1].nr_points, 1);
	assert_in_range(best->given[1].actors[0].calls[0].delay_us, 300, 599);
}

/* Each race has an order of its own, from 1 up. */
static void orders_are_those_of_each_race(void **state)
{
	static struct races races;

	races = search_of_all(takes_two)->best;
	for (unsigned int i = 0; i < RACES_KEPT; i++) {
		races.given[i].actors[0].calls[0].order = 3;
		races.given[i].actors[1].calls[1].order = 7 + i;
	}
	shrink_renumber(&races);
	for (unsigned int i = 0; i < RACES_KEPT; i++) {
		assert_int_equal(races.given[i].actors[0].calls[0].order, 1);
		assert_int_equal(races.given[i].actors[0].calls[1].order, 0);
		assert_int_equal(races.given[i].actors[1].calls[1].order, 2);
	}
}

static unsigned int nr_by_chance;

/* What fails without what it takes does so once: the trial before has left it. */
static bool fails_by_chance(const struct races *races)
{
	if (where_is(races, 1) >= 0)
		return true;
	return !nr_by_chance++;
}

static void what_was_chance_is_taken_back(void **state)
{
	struct search *found = search_of_all(fails_by_chance);

	nr_by_chance = 0;
	assert_int_equal(search_smaller(found), 0);
	assert_true(found->careful);
	expect_one_call(&found->best);
	/* the last that is gone back to is what there is */
	assert_true(found->nr_sure > 1);
	assert_int_equal(shrink_size(found->sure[found->nr_sure - 1]),
			 shrink_size(&found->best));
}

static unsigned int nr_found, size_found;

static int count_found(struct search *found)
{
	assert_true(!nr_found || shrink_size(&found->best) <= size_found);
	size_found = shrink_size(&found->best);
	return ++nr_found < 4 ? 0 : -ENOSPC;
}

/* so that it is there also where the search does not come to its end */
static void each_step_is_told(void **state)
{
	struct search *found = search_of_all(takes_the_second);

	nr_found = 0;
	found->found = count_found;
	assert_int_equal(search_smaller(found), -ENOSPC);
	assert_int_equal(nr_found, 4);
	assert_int_equal(shrink_size(&found->best), size_found);
}

static void a_trial_that_cannot_be_made_ends_it(void **state)
{
	assert_int_equal(search_smaller(search_of(NULL)), -EIO);
	assert_int_equal(nr_trials, 1);
}

/* What cannot be written down again stays, and so does what is short already. */
static void what_cannot_be_halved_stays(void **state)
{
	static const char *const texts[] = { "one:1us", "one:0us,meet=1a",
					     "no point" };
	struct search *found = search_of(NULL);
	struct races *races = &found->best;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		for (const struct shrink *way = halve_ways; way->name; way++) {
			bool changed = false;

			if (strcmp(way->name, "half of a delay in the kernel"))
				continue;
			strcpy(races->given[0].points[0].text, texts[i]);
			assert_true(way->step(races, 0, &changed));
			assert_false(changed);
			assert_string_equal(races->given[0].points[0].text,
					    texts[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_and_delays_are_halved),
		cmocka_unit_test(a_choice_is_not_halved),
		cmocka_unit_test(points_are_halved),
		cmocka_unit_test(halving_has_a_bound),
		cmocka_unit_test(whichever_race_it_takes_is_what_is_left),
		cmocka_unit_test(races_are_tried_several_times),
		cmocka_unit_test(all_races_that_it_takes_are_made_smaller),
		cmocka_unit_test(orders_are_those_of_each_race),
		cmocka_unit_test(what_was_chance_is_taken_back),
		cmocka_unit_test(each_step_is_told),
		cmocka_unit_test(a_trial_that_cannot_be_made_ends_it),
		cmocka_unit_test(what_cannot_be_halved_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
