// SPDX-License-Identifier: GPL-2.0-only
/* A race of all operations there are, printed, has to compile. */
#include "../../tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../emit.h"
#include "../registry.h"
#include "all-operations.h"

static void expect_compiles(const struct races *races, const char *how)
{
	char path[40] = "/tmp/barrage-repro-XXXXXX.c", command[2000];
	FILE *f = fdopen(mkstemps(path, 2), "w");
	int status;

	assert_non_null(f);
	if (emit(f, races, NULL))
		fail_msg("%s", brg_last_error());
	assert_int_equal(fclose(f), 0);
	snprintf(
		command, sizeof(command),
		"cc -std=gnu11 %s -pthread -Wall -Werror -D_GNU_SOURCE -isystem %s %s -o %s.out -libverbs",
		how, getenv("KERNEL_HEADERS"), path, path);
	status = system(command);
	unlink(path);
	assert_int_equal(status, 0);
	strcat(path, ".out");
	assert_int_equal(unlink(path), 0);
}

static void what_is_printed_compiles(void **state)
{
	expect_compiles(all_races(), "-O2");
}

static struct races *races_with(const struct op *op)
{
	static struct races races;

	races = (struct races){ .scenario = &all_operations, .nr_given = 1 };
	races.given[0].before = (struct actor_program){
		.name = "before",
		.turns = 1,
		.nr_calls = 1,
		.calls = { { .op = op } },
	};
	races.given[0].after.name = "after";
	return &races;
}

static bool is_first_of_file(const struct op *const *op)
{
	for (const struct op *const *other = __start_stress_ops; other < op;
	     other++)
		if (!strcmp((*other)->source, (*op)->source))
			return false;
	return true;
}

/* What it needs of other operations is printed, too. All of a file are. */
static void each_file_alone_compiles(void **state)
{
	unsigned int nr = 0;

	for (const struct op *const *op = __start_stress_ops;
	     op < __stop_stress_ops; op++) {
		if (!is_first_of_file(op))
			continue;
		print_message("# %s\n", (*op)->source);
		expect_compiles(races_with(*op), "-O0");
		nr++;
	}
	assert_true(nr > 20);
}

static void add_point(struct races *races, const char *text)
{
	struct program *program = &races->given[0];

	strcpy(program->points[program->nr_points++].text, text);
}

static struct races *slow_races(void)
{
	struct races *races = all_races();

	add_point(races, "a_function+return<b:1..2ms/0.5,seed=7");
	add_point(races, "c.isra.0:0us,meet=3b,wait=5ms,any,most=2");
	add_point(races, "d+0x1f:0us,hold=80ms,after=1");
	return races;
}

static void with_delays_it_compiles(void **state)
{
	expect_compiles(slow_races(), "-O2");
}

/* to be freed */
static char *print(const struct races *races)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_int_equal(emit(f, races, NULL), 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void expect_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not there", part);
}

static void delays_are_as_they_were(void **state)
{
	char *text = print(slow_races());

	expect_part(text, "/* a_function+return<b:1..2ms/0.5,seed=7 */");
	expect_part(text, ".symbol = \"a_function\", .caller = \"b\",");
	expect_part(text, ".where = BARRAGE_AMPLIFIER_RETURN, .offset = 0,");
	expect_part(text, ".least_us = 1000, .most_us = 2000,");
	expect_part(text, ".probability = 32768, .seed = 7ull,");
	expect_part(text, ".whom = BARRAGE_AMPLIFIER_ANY, .id = 0,");
	expect_part(text, ".kind = BARRAGE_AMPLIFIER_MEET, .wait_us = 5000,");
	expect_part(text, ".meeting = 3, .side = 1,");
	expect_part(text, ".where = BARRAGE_AMPLIFIER_OFFSET, .offset = 31,");
	expect_part(text, ".kind = BARRAGE_AMPLIFIER_HOLD, .wait_us = 80000,");
	expect_part(text, ".after = 1ull, .most = 0ull,");
	expect_part(text, "BARRAGE_AMPLIFIER_ADD");
	free(text);
}

static struct races *races_of(const char *scenario, const char *op)
{
	static struct races races;
	struct program *program = &races.given[0];

	races = (struct races){
		.scenario = registry_scenario(scenario),
		.nr_given = 1,
	};
	assert_non_null(races.scenario);
	races.of[0] = races.scenario;
	program->before.name = "before";
	program->after.name = "after";
	program->after.turns = program->after.nr_calls = 1;
	program->after.calls[0].op = registry_op(op);
	assert_non_null(program->after.calls[0].op);
	return &races;
}

/* The head says what has to be given, and the program looks at what it is. */
static void needs_are_arguments(void **state)
{
	char *text =
		print(races_of("regions-against-revocation", "mr-register"));

	expect_part(text, " rdma=rxe0");
	expect_part(text, "given(argc, argv, \"rdma\")");
	free(text);
	text = print(races_of("cmb-failing-mmap", "cmb-expect-free"));
	expect_part(text, "./repro cmb=");
	expect_part(text, "cmb_used(device->bdf, &device->cmb_used)");
	assert_null(strstr(text, " rdma=rxe0"));
	free(text);
}

/* Nobody is told that a program sees what it cannot see. */
static void what_only_a_scenario_sees_is_told(void **state)
{
	char *text = print(races_of("model", "query"));

	expect_part(text, "It does not see what the scenario alone looks for");
	free(text);
	text = print(races_of("failing-mmap", "query"));
	assert_null(strstr(text, "It does not see"));
	free(text);
}

/* Calls have longer where the kernel is slow, as in the race itself: see bound.c. */
static void a_slow_race_is_given_its_time(void **state)
{
	char *text = print(slow_races());

	expect_part(text, ".nr_points = 3,");
	free(text);
	text = print(all_races());
	expect_part(text, ".nr_points = 0,");
	free(text);
}

/* What takes more than one race fails by the program, too. */
static struct races *two_races(void)
{
	struct races *races = slow_races();

	races->nr_given = 2;
	races->given[1] = (struct program){
		.nr_points = 1,
		.points = { { "of_the_second:5us" } },
		.before.name = "first of the second",
		.after = {
			.name = "after",
			.turns = 1,
			.nr_calls = 1,
			.calls = { { .op = &op_mr_register } },
		},
	};
	return races;
}

static void all_races_are_printed(void **state)
{
	char *text = print(two_races()), *second;

	expect_part(text, " * 2 races of barrage-stress, one after the other,");
	expect_part(text, " rdma=rxe0");
	second = strstr(text, ".name = \"first of the second\"");
	assert_non_null(second);
	assert_non_null(strstr(text, ".op = &op_register,"));
	assert_true(strstr(text, ".op = &op_register,") < second);
	expect_part(text, "{ 0, {\n\t\t.symbol = \"a_function\"");
	expect_part(text, "{ 1, {\n\t\t.symbol = \"of_the_second\"");
	free(text);
	expect_compiles(two_races(), "-O2");
}

/* Where nothing is slow, nothing of the amplifier is there. */
static void without_delays_there_is_no_amplifier(void **state)
{
	char *text = print(all_races());

	assert_null(strstr(text, "BARRAGE_AMPLIFIER"));
	free(text);
}

static void actors_remain_as_they_were(void **state)
{
	struct races *races = all_races();
	char *text;

	races->given[0].actors[1].stranger = true;
	races->given[0].actors[1].cpu = 3;
	text = print(races);
	expect_part(text,
		    ".cpu = 3, .turns = 1, .stranger = 1, .nr_calls = 8,");
	expect_part(text,
		    ".cpu = 0, .turns = 1, .stranger = 0, .nr_calls = 8,");
	free(text);
}

static void what_is_no_delay_is_left_out(void **state)
{
	struct races *races = slow_races();
	char *text;

	add_point(races, "not_a_delay*/:never");
	add_point(races, "never_drawn+any:1ms");
	text = print(races);
	assert_null(strstr(text, "not_a_delay"));
	assert_null(strstr(text, "never_drawn"));
	expect_part(text, "a_function+return<b");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_compiles),
		cmocka_unit_test(each_file_alone_compiles),
		cmocka_unit_test(with_delays_it_compiles),
		cmocka_unit_test(delays_are_as_they_were),
		cmocka_unit_test(a_slow_race_is_given_its_time),
		cmocka_unit_test(all_races_are_printed),
		cmocka_unit_test(without_delays_there_is_no_amplifier),
		cmocka_unit_test(needs_are_arguments),
		cmocka_unit_test(what_only_a_scenario_sees_is_told),
		cmocka_unit_test(actors_remain_as_they_were),
		cmocka_unit_test(what_is_no_delay_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
