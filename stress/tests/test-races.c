// SPDX-License-Identifier: GPL-2.0-only
/* Races: drawn, written, read, made smaller */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/amplifier.h>
#include <barrage/log.h>

#include "../draw.h"
#include "../mix.h"
#include "../program-json.h"
#include "../registry.h"
#include "../shrink.h"
#include "all-operations.h"

static void a_race_survives_json(void **state)
{
	static struct program back;
	struct races *races = all_races();
	json_t *json;

	races->given[0].actors[0].process = true;
	races->given[0].actors[0].cpu = 200;
	races->given[0].actors[1].stranger = true;
	races->given[0].actors[0].calls[1].delay_us = 7;
	races->given[0].actors[0].calls[2].fail_nth = 3;
	races->given[0].actors[0].calls[3].sweep = true;
	races->given[0].actors[0].turns = 5;
	races->given[0].nr_points = 1;
	strcpy(races->given[0].points[0].text, "schedule:0us");
	json = program_to_json(&races->given[0]);
	assert_non_null(json);
	assert_int_equal(program_from_json(json, &back), 0);
	/* names are other strings of the same text */
	back.before.name = back.after.name = NULL;
	races->given[0].before.name = races->given[0].after.name = NULL;
	for (unsigned int i = 0; i < back.nr_actors; i++) {
		assert_string_equal(back.actors[i].name,
				    races->given[0].actors[i].name);
		back.actors[i].name = races->given[0].actors[i].name = NULL;
	}
	back.before.turns = back.after.turns = 0;
	assert_memory_equal(&back, &races->given[0], sizeof(back));
	json_decref(json);
}

static void forget_names(struct program *program)
{
	program->before.name = program->after.name = NULL;
	for (unsigned int i = 0; i < program->nr_actors; i++)
		program->actors[i].name = NULL;
}

/* What was drawn can be replayed: a bundle that nobody can read is none. */
static void what_is_drawn_survives_json(void **state)
{
	const struct stress_scenario **all;
	static struct program drawn, back;
	size_t nr;

	all = registry_all(&nr);
	assert_non_null(all);
	for (size_t i = 0; i < nr; i++) {
		json_t *json;

		draw_program(all[i], 5, 17, ~0u, &drawn);
		json = program_to_json(&drawn);
		assert_non_null(json);
		if (program_from_json(json, &back))
			fail_msg("%s: %s", all[i]->name, brg_last_error());
		forget_names(&drawn);
		forget_names(&back);
		assert_memory_equal(&back, &drawn, sizeof(back));
		json_decref(json);
	}
	free(all);
}

static void expect_refused(const char *text)
{
	static struct program program;
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	assert_int_equal(program_from_json(json, &program), -EINVAL);
	json_decref(json);
}

static void what_is_no_race_is_refused(void **state)
{
#define AROUND(calls)                                                          \
	"{\"before\":{\"name\":\"b\",\"turns\":1,\"calls\":[" calls            \
	"]},\"actors\":[],\"after\":{\"name\":\"a\",\"turns\":1,\"calls\":[]}}"

	expect_refused("{}");
	expect_refused(AROUND("{}"));
	expect_refused(AROUND("{\"op\":\"no-such\",\"args\":[]}"));
	expect_refused(AROUND("{\"op\":\"query\",\"args\":[1]}"));
	expect_refused(AROUND("{\"op\":\"unmap\",\"args\":[]}"));
	expect_refused(AROUND("{\"op\":\"unmap\",\"args\":[-1]}"));
	expect_refused(AROUND("{\"op\":\"unmap\",\"args\":[\"1\"]}"));
	expect_refused(AROUND("{\"op\":\"register\",\"args\":[-2,1,20000,0]}"));
}

/* Every name fits its identifier, and its file is among the sources. */
static void operations_are_well_formed(void **state)
{
	for (const struct op *const *op = __start_stress_ops;
	     op < __stop_stress_ops; op++) {
		assert_non_null((*op)->run);
		assert_non_null((*op)->summary);
		assert_ptr_equal(registry_op((*op)->name), *op);
		for (int i = 0; i < ENGINE_NR_ARGS && (*op)->args[i].name; i++)
			assert_true((*op)->args[i].min <= (*op)->args[i].max);
	}
}

static int select_shard(unsigned int shard, unsigned int nr_shards,
			const struct stress_scenario ***chosen, size_t *nr)
{
	char *none[] = { NULL };
	struct registry_choice choice = {
		.names = none,
		.shard = shard,
		.nr_shards = nr_shards,
	};

	return registry_select(&choice, chosen, nr);
}

static void a_seed_decides_everything(void **state)
{
	static struct program a, b;
	const struct stress_scenario **all;
	size_t nr;

	assert_int_equal(select_shard(1, 1, &all, &nr), 0);
	assert_true(nr > 0);
	for (size_t i = 0; i < nr; i++) {
		draw_program(all[i], 5, 17, ~0u, &a);
		draw_program(all[i], 5, 17, ~0u, &b);
		assert_memory_equal(&a, &b, sizeof(a));
		assert_true(a.nr_actors > 0);
		draw_program(all[i], 6, 17, ~0u, &b);
	}
	free(all);
}

/* One that cannot be read would be left out of every race, quietly. */
static void points_can_be_read(void **state)
{
	const struct stress_scenario **all;
	static struct program program;
	size_t nr;

	all = registry_all(&nr);
	assert_non_null(all);
	for (size_t i = 0; i < nr; i++)
		for (uint64_t round = 0; round < 1000; round++) {
			draw_program(all[i], 1, round, ~0u, &program);
			for (unsigned int p = 0; p < program.nr_points; p++) {
				struct brg_amplifier_point point;

				if (brg_amplifier_parse(program.points[p].text,
							&point))
					fail_msg("%s: %s", all[i]->name,
						 brg_last_error());
			}
		}
	free(all);
}

/* index of the call that is swept; none of another actor is */
static unsigned int swept_call(const struct program *program)
{
	unsigned int at = ENGINE_MAX_CALLS, nr = 0;

	for (unsigned int i = 0; i < program->nr_actors; i++)
		for (unsigned int c = 0; c < program->actors[i].nr_calls; c++)
			if (program->actors[i].calls[c].sweep) {
				at = c;
				nr++;
				assert_int_equal(i, 0);
				assert_int_equal(program->actors[i].turns, 1);
			}
	assert_int_equal(nr, 1);
	return at;
}

/* As many races as there are calls: each has its turn. */
static void each_call_is_swept(void **state)
{
	const struct stress_scenario *scenario =
		registry_scenario("failing-exports");
	static struct program program;
	uint64_t seen = 0, all;

	assert_non_null(scenario);
	draw_program(scenario, 5, 0, ~0u, &program);
	all = (1ull << program.actors[0].nr_calls) - 1;
	for (unsigned int i = 0; i < program.actors[0].nr_calls; i++) {
		static struct program other;

		draw_program(scenario, 5, i, ~0u, &other);
		seen |= 1ull << swept_call(&other);
	}
	assert_int_equal(seen, all);
}

static const struct stress_scenario *mix(void)
{
	const struct stress_scenario *everything =
		registry_scenario("everything");

	assert_non_null(everything);
	assert_non_null(everything->strangers);
	return everything;
}

/* The log is read a moment later, so the next race is excused as well. */
static void faults_are_right_in_races_that_provoke_them(void **state)
{
	const struct op *stale = registry_op("import-stale");
	struct races *races = all_races();
	struct actor_program *actor;

	assert_non_null(stale);
	races->nr_given = 3;
	for (int i = 0; i < 3; i++) {
		races->given[i] = (struct program){ .nr_actors = 2 };
		actor = &races->given[i].actors[1];
		actor->nr_calls = 2;
		actor->calls[0].op = registry_op("import-dma");
		actor->calls[1].op = i == 1 ? stale : registry_op("unmap");
	}
	assert_false(races_fault(races, 0));
	assert_true(races_fault(races, 1));
	assert_true(races_fault(races, 2));
	assert_false(races_fault(races, 3));
}

/* In a cycle a scenario has one race, in another order, its actors first. */
static void a_cycle_is_of_different_scenarios(void **state)
{
	static struct program program, own;
	struct races races = {
		.scenario = mix(),
		.seed = 3,
		.has = ~0u,
		.cycle = 3,
	};
	unsigned int nr = mix_nr(&races), strangers = 0, moved = 0;
	const struct stress_scenario **first = calloc(nr, sizeof(*first));

	assert_true(nr > 0);
	for (unsigned int i = 0; i < 2 * nr; i++) {
		const struct stress_scenario *of =
			races_get(&races, i, &program);

		draw_program(of, 3, i, ~0u, &own);
		assert_true(program.nr_actors >= own.nr_actors);
		assert_memory_equal(program.actors, own.actors,
				    own.nr_actors * sizeof(own.actors[0]));
		for (unsigned int a = own.nr_actors; a < program.nr_actors; a++)
			assert_true(program.actors[a].stranger);
		strangers += program.nr_actors - own.nr_actors;
		if (of->alone)
			assert_int_equal(program.nr_actors, own.nr_actors);
		for (unsigned int k = 0; i < nr && k < i; k++)
			assert_ptr_not_equal(first[k], of);
		if (i < nr)
			first[i] = of;
		else
			moved += first[i - nr] != of;
	}
	assert_true(strangers > nr / 2);
	assert_true(moved > nr / 2);
	free(first);
}

/* is it in a cycle, whose seed is its own? */
static bool is_in_cycle(const struct stress_scenario *scenario,
			unsigned int cycle)
{
	static struct program program;
	struct races races = {
		.scenario = mix(),
		.seed = 1000 * cycle,
		.has = ~0u,
		.cycle = cycle,
	};
	unsigned int nr = mix_nr(&races);

	for (unsigned int i = 0; i < nr; i++)
		if (races_get(&races, i, &program) == scenario)
			return true;
	return false;
}

/* Four cycles together have all of them, and so have the next four. */
static void lengthy_ones_take_turns(void **state)
{
	const struct stress_scenario **all;
	unsigned int nr[4] = {};
	size_t nr_all;

	all = registry_all(&nr_all);
	for (size_t i = 0; i < nr_all; i++) {
		unsigned int turns = 0;

		for (unsigned int cycle = 1; cycle <= 4; cycle++) {
			bool in = is_in_cycle(all[i], cycle);

			assert_int_equal(is_in_cycle(all[i], cycle + 4), in);
			turns += in;
			nr[cycle - 1] += in && all[i]->pace == STRESS_LENGTHY;
		}
		assert_int_equal(turns, all[i]->pace == STRESS_LENGTHY ? 1 : 4);
	}
	/* no cycle has most of them, and none has none */
	for (unsigned int i = 0; i < 4; i++)
		assert_in_range(nr[i], 2, (nr[0] + nr[1] + nr[2] + nr[3]) / 2);
	free(all);
}

/*
 * The first cycle is for all hazards that others than lengthy ones are for: by quick
 * ones, and by slow ones only where there is no quick one. Who is for a hazard that
 * nobody was for comes before who is not.
 */
static void the_first_cycle_is_for_all_hazards(void **state)
{
	static struct program program;
	struct races races = { .scenario = mix(), .has = ~0u };
	uint64_t met = 0, quick = 0;
	unsigned int nr = mix_nr(&races), nr_slow = 0;
	bool again = false;

	for (unsigned int i = 0; i < nr; i++) {
		const struct stress_scenario *scenario =
			races_get(&races, i, &program);
		uint64_t hazards = registry_hazards(scenario);

		assert_int_not_equal(scenario->pace, STRESS_LENGTHY);
		if (scenario->pace == STRESS_SLOW && !nr_slow++) {
			quick = met;
			assert_true(again);
			again = false;
		}
		assert_true(!nr_slow || hazards & ~quick);
		assert_true(!nr_slow || scenario->pace == STRESS_SLOW);
		assert_false(again && hazards & ~met);
		again = !(hazards & ~met);
		met |= hazards;
	}
	assert_true(nr_slow > 10 && nr - nr_slow > 20);
	assert_true(met == (1ull << 38) - 2);
}

static void each_hazard_has_a_bit(void **state)
{
	const struct stress_scenario **all;
	size_t nr_all;

	all = registry_all(&nr_all);
	for (size_t i = 0; i < nr_all; i++)
		for (int k = 0; k < STRESS_MAX_HAZARDS; k++)
			assert_in_range(all[i]->hazards[k], 0,
					REGISTRY_LAST_HAZARD);
	free(all);
}

/* The first race of a scenario is just as if it had been asked for. */
static void strangers_come_later(void **state)
{
	const struct stress_scenario **met;
	struct races races = {
		.scenario = mix(),
		.has = ~0u,
	};
	unsigned int strangers[3] = {}, nr_met = 0;
	static struct program program;
	size_t nr_all;

	met = registry_all(&nr_all);
	for (races.cycle = 0; races.cycle < 6; races.cycle++) {
		/* as each slice of a run has another one */
		races.seed++;
		for (unsigned int i = 0; i < mix_nr(&races); i++) {
			const struct stress_scenario *scenario =
				races_get(&races, i, &program);
			unsigned int nr = 0, k = 0;

			for (unsigned int a = 0; a < program.nr_actors; a++)
				nr += program.actors[a].stranger;
			while (k < nr_met && met[k] != scenario)
				k++;
			if (k == nr_met) {
				met[nr_met++] = scenario;
				assert_int_equal(nr, 0);
			}
			strangers[scenario->pace] += nr;
		}
	}
	assert_int_equal(nr_met, nr_all);
	for (int pace = STRESS_QUICK; pace <= STRESS_LENGTHY; pace++)
		assert_true(strangers[pace]);
	free(met);
}

/* What --race runs, and a bundle, has the numbers that its seed gave it. */
static void given_races_keep_their_numbers(void **state)
{
	struct races races = { .scenario = mix(), .seed = 1 };

	assert_int_equal(races_number(&races, 17), 17);
	races.nr_given = 4;
	races.number = 17;
	assert_int_equal(races_number(&races, 0), 14);
	assert_int_equal(races_number(&races, 3), 17);
	assert_int_equal(races_number(&races, 6), 16);
	races.number = 1;
	assert_int_equal(races_number(&races, 1), 1);
}

/* What the second cycle has for the first time comes first, what is lengthy last. */
static void the_mix_has_an_order(void **state)
{
	static struct program program;
	struct races races = {
		.scenario = mix(),
		.has = ~0u,
		.cycle = 1,
	};

	for (races.seed = 0; races.seed < 50; races.seed++) {
		unsigned int before = 0, nr = mix_nr(&races), nrs[3] = {};

		for (unsigned int i = 0; i < nr; i++) {
			const struct stress_scenario *scenario =
				races_get(&races, i, &program);
			unsigned int place = scenario->pace == STRESS_LENGTHY ?
						     2 :
					     is_in_cycle(scenario, 0) ? 1 :
									0;

			assert_true(place >= before);
			before = place;
			nrs[place]++;
		}
		assert_true(nrs[0] > 5 && nrs[1] > 40 && nrs[2] > 1);
	}
}

/* scenarios that need one: each cycle has them all */
#define NR_FOR_TWINS 4

/* What an earlier provider can do is done again by chance, the rest always. */
static void the_mix_goes_on_with_the_next_provider(void **state)
{
	struct races races = {
		.scenario = mix(),
		.has = ~0u,
		.nr_earlier = 1,
		.earlier = { ~0u & ~NEED_TWIN },
	};
	unsigned int nr, most = 0, least = ~0u, all;
	static struct program program;
	size_t nr_all;

	free(registry_all(&nr_all));
	all = (unsigned int)nr_all;
	for (races.seed = 0; races.seed < 50; races.seed++) {
		unsigned int twins = 0;

		races.cycle = 0;
		nr = mix_nr(&races);
		assert_int_equal(nr, NR_FOR_TWINS);
		races.cycle = 3;
		nr = mix_nr(&races);
		most = nr > most ? nr : most;
		least = nr < least ? nr : least;
		for (unsigned int i = 0; i < nr; i++)
			twins += !!(registry_race_needs(
					    races_get(&races, i, &program)) &
				    NEED_TWIN);
		assert_int_equal(twins, NR_FOR_TWINS);
	}
	assert_true(least < most && most < all / 2 + all / 4);
	/* first without those that take a second or more */
	races.nr_earlier = 0;
	races.cycle = 0;
	nr = mix_nr(&races);
	assert_true(nr < all && nr > all / 3);
	races.cycle = 1;
	assert_true(mix_nr(&races) > nr && mix_nr(&races) < all);
	/* nothing that can be done, and nothing that is */
	races.has = 0;
	assert_int_equal(mix_nr(&races), 0);
	assert_null(races_get(&races, 0, &program));
}

/* No machine has a provider that is on vfio-pci and with its own driver. */
static void scenarios_need_one_provider(void **state)
{
	const unsigned int two = NEED_VFIO | NEED_CMB;
	const struct stress_scenario **all;
	size_t nr;

	assert_int_equal(select_shard(1, 1, &all, &nr), 0);
	for (size_t i = 0; i < nr; i++)
		if ((registry_needs(all[i]) & two) == two)
			fail_msg("%s can never run", all[i]->name);
	free(all);
}

static void shards_make_up_the_whole(void **state)
{
	const struct stress_scenario **some;
	size_t nr, nr_all, sum = 0;

	assert_int_equal(select_shard(1, 1, &some, &nr_all), 0);
	free(some);
	for (unsigned int k = 1; k <= 3; k++) {
		assert_int_equal(select_shard(k, 3, &some, &nr), 0);
		free(some);
		sum += nr;
	}
	assert_int_equal(sum, nr_all);
}

/* Every step is smaller or says that it changed nothing, and there is an end. */
static void shrinking_ends(void **state)
{
	static struct races smaller;

	for (const struct shrink *way = shrink_ways; way->name; way++) {
		bool changed = false;
		unsigned int at = 0;

		smaller = *all_races();
		smaller.given[0].actors[0].turns = 4;
		smaller.given[0].actors[0].calls[0].delay_us = 9;
		while (way->step(&smaller, at, &changed)) {
			if (changed)
				assert_true(shrink_size(&smaller) <
					    shrink_size(all_races()) + 4);
			assert_true(at++ < 10000);
			smaller = *all_races();
			changed = false;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_race_survives_json),
		cmocka_unit_test(what_is_drawn_survives_json),
		cmocka_unit_test(faults_are_right_in_races_that_provoke_them),
		cmocka_unit_test(what_is_no_race_is_refused),
		cmocka_unit_test(operations_are_well_formed),
		cmocka_unit_test(a_seed_decides_everything),
		cmocka_unit_test(points_can_be_read),
		cmocka_unit_test(each_call_is_swept),
		cmocka_unit_test(a_cycle_is_of_different_scenarios),
		cmocka_unit_test(strangers_come_later),
		cmocka_unit_test(lengthy_ones_take_turns),
		cmocka_unit_test(each_hazard_has_a_bit),
		cmocka_unit_test(the_first_cycle_is_for_all_hazards),
		cmocka_unit_test(given_races_keep_their_numbers),
		cmocka_unit_test(the_mix_has_an_order),
		cmocka_unit_test(the_mix_goes_on_with_the_next_provider),
		cmocka_unit_test(scenarios_need_one_provider),
		cmocka_unit_test(shards_make_up_the_whole),
		cmocka_unit_test(shrinking_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
