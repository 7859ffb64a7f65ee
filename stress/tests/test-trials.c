// SPDX-License-Identifier: GPL-2.0-only
/* Trials, on a machine that fails as it is told */
#include "../../tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "../bundle.h"
#include "../errand.h"
#include "../interrupt.h"
#include "../trials.h"

/* how all but the first end */
static const char *ever_after;

/* in place of what runs races and writes disks */
static struct outcome next;
static unsigned int nr_races, nr_stamps;
/* how the first so many end */
static const struct outcome bad = { .status = STRESS_ERROR };
static unsigned int nr_bad;

void watch_races(const struct stress_options *options, struct machine *machine,
		 const struct races *races, struct outcome *outcome)
{
	*outcome = nr_races++ < nr_bad ? bad : next;
	if (ever_after && nr_races > 1)
		strcpy(outcome->text, ever_after);
}

void watch_after(const struct stress_options *options, struct machine *machine,
		 struct outcome *outcome)
{
}

static int signal_noted;

void interrupt_note(int sig)
{
	signal_noted = sig;
}

bool interrupt_came(void)
{
	return signal_noted;
}

int errand_stamp(struct machine *machine)
{
	nr_stamps++;
	return 0;
}

int bundle_write(const char *folder, const struct machine *machine,
		 const struct races *races, const struct outcome *outcome,
		 const char *log, const char *stacks)
{
	return 0;
}

void outcome_error(struct outcome *outcome, const char *text)
{
	outcome->status = STRESS_ERROR;
}

const char *oracle_name(enum oracle oracle)
{
	return "oracle";
}

static struct trials *trials_of(enum stress_status status, enum oracle oracle)
{
	static struct trials trials;

	nr_races = nr_stamps = nr_bad = 0;
	signal_noted = 0;
	next = (struct outcome){ .status = status, .oracle = oracle };
	trials = (struct trials){ .failure.oracle = ORACLE_DATA };
	return &trials;
}

/* A block that went to the disk is not to fail all trials that come. */
static void a_failure_is_followed_by_new_data(void **state)
{
	static struct races races;

	assert_int_equal(
		trials_fail(trials_of(STRESS_PASS, ORACLE_NONE), &races), 0);
	assert_int_equal(nr_stamps, 0);
	assert_int_equal(
		trials_fail(trials_of(STRESS_FAIL, ORACLE_DATA), &races), 1);
	assert_int_equal(nr_stamps, 1);
	/* one that is killed, by another oracle: each of several tries */
	assert_int_equal(
		trials_fail(trials_of(STRESS_FAIL, ORACLE_HANG), &races), 0);
	assert_true(nr_races > 1);
	assert_int_equal(nr_stamps, nr_races);
}

/*
 * A race that was made smaller may fail on any kernel: what it maps is not there, since
 * nobody registers it any more. The same oracle says so.
 */
static void another_error_is_another_failure(void **state)
{
	struct trials *trials = trials_of(STRESS_FAIL, ORACLE_RESULT);
	static struct races races;

	trials->failure.oracle = ORACLE_RESULT;
	strcpy(trials->failure.text, "unregister: ETIMEDOUT");
	strcpy(next.text, "unregister: ETIMEDOUT");
	assert_int_equal(trials_fail(trials, &races), 1);
	strcpy(next.text, "p2p-map: ENOENT");
	assert_int_equal(trials_fail(trials, &races), 0);
	strcpy(next.text, "unregister: EBUSY");
	assert_int_equal(trials_fail(trials, &races), 0);
	/* where it is that each time, that is what can be looked for */
	assert_int_equal(trials_begin(trials, &races), 1);
	assert_string_equal(trials->failure.text, "unregister: EBUSY");
	assert_int_equal(trials_fail(trials, &races), 1);
}

/* A failure that leaves another kernel makes all that comes fail otherwise. */
static void what_breaks_the_kernel_is_told(void **state)
{
	struct trials *trials = trials_of(STRESS_FAIL, ORACLE_RESULT);
	static struct races races;

	trials->failure.oracle = ORACLE_RESULT;
	strcpy(trials->failure.text, "p2p-map: EAGAIN");
	strcpy(next.text, "p2p-map: EAGAIN");
	assert_int_equal(trials_begin(trials, &races), 1);
	ever_after = "register: EBUSY";
	nr_races = 0;
	assert_true(trials_begin(trials, &races) < 0);
	assert_non_null(strstr(brg_last_error(), ever_after));
	assert_true(trials->other);
	ever_after = NULL;
}

/* One error is no reason to give up what hours have found. */
static void what_ends_without_a_verdict_is_tried_again(void **state)
{
	struct trials *trials = trials_of(STRESS_FAIL, ORACLE_DATA);
	static struct races races;

	nr_bad = 2;
	assert_int_equal(trials_fail(trials, &races), 1);
	assert_int_equal(nr_races, 3);
	trials = trials_of(STRESS_FAIL, ORACLE_DATA);
	nr_bad = 100;
	assert_true(trials_fail(trials, &races) < 0);
	assert_in_range(nr_races, 2, 10);
}

static void a_command_is_tried_again(void **state)
{
	struct trials *trials = trials_of(STRESS_ERROR, ORACLE_NONE);
	static struct races races;
	char folder[] = "/tmp/barrage-trials-XXXXXX", command[200];

	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command),
		 "[ -e %s/was ] && exit 1; : > %s/was; exit 99;", folder,
		 folder);
	trials->options.with = command;
	assert_int_equal(trials_fail(trials, &races), 1);
	assert_int_equal(trials->nr, 2);
	trials->options.with = "exit 99;";
	assert_true(trials_fail(trials, &races) < 0);
	/* what lacks does not come */
	trials->nr = 0;
	trials->options.with = "exit 77;";
	assert_true(trials_fail(trials, &races) < 0);
	trials->options.with = "exit 127;";
	assert_true(trials_fail(trials, &races) < 0);
	assert_int_equal(trials->nr, 2);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

/* What a terminal sends to all is ignored here while a command runs. */
static void a_command_that_is_interrupted_ends_it(void **state)
{
	struct trials *trials = trials_of(STRESS_ERROR, ORACLE_NONE);
	static struct races races;

	trials->options.with = "kill -INT $$;";
	assert_true(trials_fail(trials, &races) < 0);
	assert_int_equal(signal_noted, SIGINT);
	assert_int_equal(trials->nr, 1);
	signal_noted = 0;
	trials->options.with = "exit 130;";
	assert_true(trials_fail(trials, &races) < 0);
	assert_int_equal(signal_noted, SIGINT);
	assert_int_equal(trials->nr, 2);
}

static void nobody_writes_while_somebody_hangs(void **state)
{
	struct trials *trials = trials_of(STRESS_FAIL, ORACLE_HANG);
	static struct races races;

	next.unkillable = true;
	assert_true(trials_fail(trials, &races) < 0);
	assert_int_equal(nr_stamps, 0);
}

static void what_took_long_is_given_longer(void **state)
{
	struct stress_options options = { .duration_s = 10 };
	struct outcome failure = { .seconds = 1.5 };

	assert_true(trials_seconds(&options, &failure) == 10.0);
	failure.seconds = 30;
	assert_true(trials_seconds(&options, &failure) == 120.0);
}

/* as a folder may be called: it reaches the command as one argument */
static void a_name_is_no_command(void **state)
{
	struct trials *trials = trials_of(STRESS_ERROR, ORACLE_NONE);
	static struct races races;

	strcpy(trials->folder, "a b;exit 9;$(exit 9)");
	trials->options.with = "test 'a b;exit 9;$(exit 9)/trial' =";
	assert_int_equal(trials_fail(trials, &races), 0);
	trials->options.with = "test 'another' =";
	assert_int_equal(trials_fail(trials, &races), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_followed_by_new_data),
		cmocka_unit_test(another_error_is_another_failure),
		cmocka_unit_test(what_breaks_the_kernel_is_told),
		cmocka_unit_test(what_ends_without_a_verdict_is_tried_again),
		cmocka_unit_test(a_command_is_tried_again),
		cmocka_unit_test(a_command_that_is_interrupted_ends_it),
		cmocka_unit_test(nobody_writes_while_somebody_hangs),
		cmocka_unit_test(what_took_long_is_given_longer),
		cmocka_unit_test(a_name_is_no_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
