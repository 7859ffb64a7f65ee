// SPDX-License-Identifier: GPL-2.0-only
/* What programs are told of a run, in the words of KTAP */
#include "../../tests/unit/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../report.h"

static const struct stress_scenario first = { .name = "first" },
				    second = { .name = "second" };
static const struct outcome passes = { .status = STRESS_PASS }, fails = {
	.status = STRESS_FAIL, .oracle = ORACLE_LOG, .text = "WARNING"
};
static char said[1000];
static int real_stdout;
static FILE *instead;

static void begin_to_listen(void)
{
	instead = tmpfile();
	assert_non_null(instead);
	fflush(stdout);
	real_stdout = dup(STDOUT_FILENO);
	dup2(fileno(instead), STDOUT_FILENO);
}

static void end_to_listen(void)
{
	fflush(stdout);
	dup2(real_stdout, STDOUT_FILENO);
	close(real_stdout);
	rewind(instead);
	said[fread(said, 1, sizeof(said) - 1, instead)] = '\0';
	fclose(instead);
}

static void what_is_planned_comes(void **state)
{
	const struct stress_options options = { .tap = true };
	struct report report;

	begin_to_listen();
	assert_int_equal(report_open(&report, &options, 2), 0);
	report_end(&report, &first, &passes);
	report_end(&report, &second, &passes);
	report_given_back(&report, &passes);
	assert_true(report_close(&report));
	end_to_listen();
	assert_string_equal(said, "KTAP version 1\n1..3\n"
				  "ok 1 first\n"
				  "ok 2 second\n"
				  "ok 3 devices-given-back\n");
}

/* or who reads it takes the run for one that was killed */
static void what_does_not_come_is_told(void **state)
{
	const struct stress_options options = { .tap = true };
	struct report report;

	begin_to_listen();
	assert_int_equal(report_open(&report, &options, 2), 0);
	report_end(&report, &first, &fails);
	report_bail(&report, "this is why");
	report_bail(&report, "and this is not");
	report_given_back(&report, &passes);
	assert_true(report_close(&report));
	end_to_listen();
	assert_string_equal(said, "KTAP version 1\n1..3\n"
				  "not ok 1 first\n"
				  "# kernel-log: WARNING\n"
				  "Bail out! this is why\n");
}

/* Its own point has been ok. */
static void what_fails_late_has_a_point(void **state)
{
	const struct stress_options options = { .tap = true };
	struct report report;

	begin_to_listen();
	assert_int_equal(report_open(&report, &options, 1), 0);
	report_end(&report, &first, &passes);
	report_late(&report, &first, &fails);
	report_given_back(&report, &fails);
	assert_true(report_close(&report));
	end_to_listen();
	assert_string_equal(said, "KTAP version 1\n1..2\n"
				  "ok 1 first\n"
				  "# not ok after all: first\n"
				  "not ok 2 devices-given-back\n"
				  "# kernel-log: WARNING\n");
}

/* whatever scenarios there are */
static void a_replay_is_one_point(void **state)
{
	const struct stress_options options = { .tap = true, .replay = "x" };
	struct report report;

	begin_to_listen();
	assert_int_equal(report_open(&report, &options, 67), 0);
	report_end(&report, &first, &passes);
	report_given_back(&report, &passes);
	assert_true(report_close(&report));
	end_to_listen();
	assert_string_equal(said, "KTAP version 1\n1..2\n"
				  "ok 1 first\n"
				  "ok 2 devices-given-back\n");
}

static void people_are_told_nothing_of_points(void **state)
{
	const struct stress_options options = {};
	struct report report;

	begin_to_listen();
	assert_int_equal(report_open(&report, &options, 2), 0);
	report_bail(&report, "this is why");
	report_given_back(&report, &passes);
	assert_true(report_close(&report));
	end_to_listen();
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_planned_comes),
		cmocka_unit_test(what_does_not_come_is_told),
		cmocka_unit_test(what_fails_late_has_a_point),
		cmocka_unit_test(a_replay_is_one_point),
		cmocka_unit_test(people_are_told_nothing_of_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
