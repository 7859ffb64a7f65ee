// SPDX-License-Identifier: GPL-2.0-only
/* What is left of races: of those that failed, and of those that were cut off */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <barrage/log.h>

#include "../bundle.h"
#include "../environment.h"
#include "../history-json.h"
#include "../registry.h"

static char folder[] = "/tmp/barrage-bundles-XXXXXX";
static struct stress_options options;
static struct machine machine;
static struct races races, back;

static int open_world(void **state)
{
	if (!mkdtemp(folder) || world_init(&machine.world))
		return -1;
	options.bundles = folder;
	machine.options = &options;
	return 0;
}

static int remove_folder(void **state)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void draw_from(const char *name, uint64_t seed)
{
	races = (struct races){ .scenario = registry_scenario(name),
				.seed = seed,
				.has = ~0u,
				.cycle = 3,
				.nr_earlier = 1,
				.earlier = { NEED_VFIO } };
	assert_non_null(races.scenario);
}

static void expect_same_race(const struct program *a, const struct program *b)
{
	assert_int_equal(a->nr_actors, b->nr_actors);
	for (unsigned int i = 0; i < a->nr_actors; i++) {
		assert_string_equal(a->actors[i].name, b->actors[i].name);
		assert_memory_equal(a->actors[i].calls, b->actors[i].calls,
				    sizeof(a->actors[i].calls));
	}
}

static void unfinished_of(const char *name, char path[200])
{
	snprintf(path, 200, "%s/%s-unfinished", folder, name);
}

/* The machine stopped in race 41: the log says so, and what was left the rest. */
static void what_was_cut_off_is_drawn_again(void **state)
{
	static const char *const names[] = { "model", "everything" };

	for (int i = 0; i < 2; i++) {
		static struct program program;
		const struct stress_scenario *of;
		char path[200];

		draw_from(names[i], 77);
		unfinished_of(names[i], path);
		bundle_begin(&options, &machine, &races);
		assert_int_equal(bundle_read(path, &back, NULL), 0);
		assert_int_equal(back.nr_given, 0);
		options.chosen = true;
		options.race = 41;
		assert_int_equal(bundle_choose(&options, &back), 0);
		options.chosen = false;
		assert_int_equal(back.nr_given, RACES_KEPT);
		of = races_get(&races, 41, &program);
		assert_ptr_equal(back.of[RACES_KEPT - 1], of);
		expect_same_race(&back.given[RACES_KEPT - 1], &program);
		/* who wants one race has to say which */
		assert_int_equal(bundle_read_race(&options, path, &back, NULL),
				 -EINVAL);
		bundle_end(&options, &races);
		assert_int_equal(access(path, F_OK), -1);
	}
}

static void with_races_there_is_nothing_to_choose(void **state)
{
	options.chosen = true;
	draw_from("model", 1);
	races_keep(&races, 9, &back);
	assert_int_equal(bundle_choose(&options, &back), -EINVAL);
	options.chosen = false;
}

/* What comes again fails as the last of a bundle, and the others before it. */
static void the_last_of_a_replay_is_the_last(void **state)
{
	draw_from("model", 1);
	races_keep(&races, 3, &back);
	races_keep(&back, 5, &races);
	assert_int_equal(races.number, 5);
	expect_same_race(&races.given[3], &back.given[1]);
	expect_same_race(&races.given[0], &back.given[2]);
}

static json_t *read_bundle(const char *path)
{
	char file[100];
	json_t *json;

	snprintf(file, sizeof(file), "%s/bundle.json", path);
	json = json_load_file(file, 0, NULL);
	assert_non_null(json);
	return json;
}

/* Races that one was taken from between them are not those that a number names. */
static void only_what_is_sure_has_a_number(void **state)
{
	const struct outcome outcome = {};
	const json_t *list;
	char path[60];
	json_t *json;

	draw_from("model", 1);
	races_keep(&races, 9, &back);
	snprintf(path, sizeof(path), "%s/gaps", folder);
	for (int gaps = 0; gaps < 2; gaps++) {
		back.gaps = gaps;
		assert_int_equal(
			bundle_write(path, NULL, &back, &outcome, NULL, NULL),
			0);
		json = read_bundle(path);
		list = json_object_get(json, "races");
		for (size_t i = 0; i < RACES_KEPT; i++) {
			const json_t *number = json_object_get(
				json_array_get(list, i), "number");

			if (gaps && i + 1 < RACES_KEPT)
				assert_null(number);
			else
				assert_int_equal(json_integer_value(number),
						 6 + i);
		}
		json_decref(json);
	}
	races_keep(&back, 3, &races);
	assert_false(races.gaps);
}

static struct program program_of_two(void)
{
	struct program program = {
		.before = { .name = "before", .turns = 1 },
		.after = { .name = "after", .turns = 1 },
		.nr_actors = 2,
	};

	for (int i = 0; i < 2; i++)
		program.actors[i] = (struct actor_program){
			.name = i ? "second" : "first",
			.process = i,
			.turns = 3,
			.nr_calls = 1,
			.calls = { { .op = &op_unmap, .arg = { i } } },
		};
	return program;
}

static const json_t *call_of(const json_t *history, size_t i)
{
	return json_array_get(json_object_get(history, "calls"), i);
}

static json_int_t number_of(const json_t *json, const char *key)
{
	return json_integer_value(json_object_get(json, key));
}

/* each turn of all races that are kept, in the order of time */
static void calls_are_remembered(void **state)
{
	struct shared *shared = machine.world.shared;
	struct races kept = { .number = 6, .nr_given = 2 };
	json_t *history;
	size_t nr;

	memset(shared, 0, sizeof(*shared));
	for (int i = 0; i < 2; i++)
		kept.given[i] = program_of_two();
	/* 4 is not kept */
	for (uint32_t race = 4; race <= 6; race++) {
		atomic_store(&shared->race, race);
		engine_race(&machine.world, &kept.given[0]);
	}
	history = history_to_json(&kept, shared);
	assert_string_equal(
		json_string_value(json_object_get(history, "schema")),
		HISTORY_SCHEMA);
	nr = json_array_size(json_object_get(history, "calls"));
	assert_int_equal(nr, 2 * 2 * 3);
	assert_int_equal(json_array_size(json_object_get(history, "cut")), 0);
	for (size_t i = 0; i < nr; i++) {
		const json_t *call = call_of(history, i);

		assert_true(number_of(call, "begin_ns") <=
			    number_of(call, "end_ns"));
		assert_int_equal(number_of(call, "race"), i < 6 ? 5 : 6);
		assert_int_equal(number_of(call, "result"), DONE_NOTHING);
		if (i)
			assert_true(number_of(call_of(history, i - 1),
					      "begin_ns") <=
				    number_of(call, "begin_ns"));
	}
	json_decref(history);
}

static void what_is_lost_is_said(void **state)
{
	struct shared *shared = machine.world.shared;
	struct races kept = { .nr_given = 1 };
	json_t *history;

	memset(shared, 0, sizeof(*shared));
	kept.given[0] = program_of_two();
	for (unsigned int i = 0; i < HISTORY_NR + 5; i++)
		history_end(history_begin(&shared->history[0], 0, i, 0, i), 0,
			    i);
	history_begin(&shared->history[1], 0, 0, 0, HISTORY_NR + 5);
	history = history_to_json(&kept, shared);
	assert_int_equal(json_array_size(json_object_get(history, "calls")),
			 HISTORY_NR + 1);
	assert_int_equal(number_of(call_of(history, 0), "turn"), 5);
	assert_int_equal(json_array_size(json_object_get(history, "cut")), 1);
	/* one is under way */
	assert_null(json_object_get(call_of(history, HISTORY_NR), "end_ns"));
	json_decref(history);
	/* those that came after the one that failed have pushed all of it out */
	for (unsigned int i = 0; i < HISTORY_NR; i++)
		history_begin(&shared->history[0], 7, i, 0, HISTORY_NR + i);
	history = history_to_json(&kept, shared);
	assert_int_equal(json_array_size(json_object_get(history, "calls")), 1);
	assert_int_equal(json_array_size(json_object_get(history, "cut")), 1);
	json_decref(history);
}

static void another_machine_is_told(void **state)
{
	json_t *here = environment_of(NULL), *was = environment_part(here);
	json_t *old = json_pack("{s:s, s:s, s:[]}", "kernel", "6.1", "topology",
				"mine", "races");
	char text[500];

	setenv("BARRAGE_TOPOLOGY", "stress", true);
	assert_false(environment_differs(was, here, text, sizeof(text)));
	json_decref(here);
	here = environment_of(NULL);
	assert_true(environment_differs(was, here, text, sizeof(text)));
	assert_string_equal(text, "topology none, here stress");
	assert_int_equal(strlen(json_string_value(json_object_get(
				 json_object_get(here, "suite"), "build_id"))),
			 16);
	json_object_set_new(json_object_get(was, "environment"),
			    "kernel_build_id", json_string("0123abcd"));
	assert_true(environment_differs(was, here, text, sizeof(text)));
	assert_non_null(strstr(text, "build of the kernel 0123abcd, here "));
	/* of the time when they were the bundle's own members */
	json_decref(was);
	was = environment_part(old);
	assert_true(environment_differs(was, here, text, sizeof(text)));
	assert_non_null(strstr(text, "kernel 6.1, here "));
	assert_non_null(strstr(text, "; topology mine, here stress"));
	unsetenv("BARRAGE_TOPOLOGY");
	json_decref(was);
	json_decref(old);
	json_decref(here);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_cut_off_is_drawn_again),
		cmocka_unit_test(with_races_there_is_nothing_to_choose),
		cmocka_unit_test(the_last_of_a_replay_is_the_last),
		cmocka_unit_test(only_what_is_sure_has_a_number),
		cmocka_unit_test(calls_are_remembered),
		cmocka_unit_test(what_is_lost_is_said),
		cmocka_unit_test(another_machine_is_told),
	};

	return cmocka_run_group_tests(tests, open_world, remove_folder);
}
