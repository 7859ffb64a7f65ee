// SPDX-License-Identifier: GPL-2.0-only
/* All of --minimise, on a kernel that fails as it is told */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bundle.h"
#include "../emit.h"
#include "../errand.h"
#include "../interrupt.h"
#include "../minimise.h"
#include "../registry.h"
#include "../trials.h"

static const struct op registers = { .name = "register" },
		       unregisters = { .name = "unregister" },
		       maps = { .name = "p2p-map" },
		       resets = { .name = "reset" };

static char base[] = "/tmp/barrage-minimise-XXXXXX";
static struct stress_options given;
static struct machine here;
static struct races left; /* as it was written last */
static unsigned int nr_trials, nr_written, fails_until;

static bool does(const struct actor_program *actor, const struct op *op)
{
	for (unsigned int i = 0; i < actor->nr_calls; i++)
		if (actor->calls[i].op == op)
			return true;
	return false;
}

static void fail_as(struct outcome *outcome, const char *text)
{
	outcome->status = STRESS_FAIL;
	outcome->oracle = ORACLE_RESULT;
	outcome->seconds = 1;
	snprintf(outcome->text, sizeof(outcome->text), "%s", text);
}

/* A kernel that does not unregister what was reset and mapped, and is right otherwise. */
void watch_races(const struct stress_options *options, struct machine *machine,
		 const struct races *races, struct outcome *outcome)
{
	const struct program *program = &races->given[races->nr_given - 1];

	*outcome = (struct outcome){ .status = STRESS_PASS };
	if (++nr_trials > fails_until)
		return;
	if (does(&program->after, &maps) && !does(&program->before, &registers))
		fail_as(outcome, "p2p-map: ENOENT");
	else if (does(&program->after, &maps) &&
		 does(&program->after, &unregisters) && program->nr_actors &&
		 does(&program->actors[0], &resets))
		fail_as(outcome, "unregister: ETIMEDOUT");
}

void watch_after(const struct stress_options *options, struct machine *machine,
		 struct outcome *outcome)
{
}

static unsigned int error_at, interrupt_at;

bool interrupt_came(void)
{
	return interrupt_at && nr_trials >= interrupt_at;
}

void interrupt_note(int sig)
{
}

int errand_stamp(struct machine *machine)
{
	return error_at && nr_trials >= error_at ? brg_fail(-EIO, "no disk") :
						   0;
}

int errand_use(struct machine *machine, unsigned int needs, unsigned int *lacks)
{
	*lacks = 0;
	return 0;
}

int errand_use_named(struct machine *machine, unsigned int needs,
		     const char *bdf)
{
	return 0;
}

unsigned int registry_needs(const struct stress_scenario *scenario)
{
	return 0;
}

const char *needs_text(unsigned int needs, char *text, size_t size)
{
	return "";
}

const char *oracle_name(enum oracle oracle)
{
	return "result";
}

int emit(FILE *f, const struct races *races, const struct outcome *failure)
{
	fprintf(f, "%u races\n", races->nr_given);
	return 0;
}

int bundle_write(const char *folder, const struct machine *machine,
		 const struct races *races, const struct outcome *outcome,
		 const char *log, const char *stacks)
{
	nr_written++;
	left = *races;
	return 0;
}

static void add(struct actor_program *actor, const struct op *op)
{
	actor->calls[actor->nr_calls++] = (struct call){ .op = op };
}

int bundle_read_race(const struct stress_options *options, const char *folder,
		     struct races *races, struct outcome *outcome)
{
	struct program *program = &races->given[0];

	*races = (struct races){ .nr_given = 1 };
	program->before.turns = program->after.turns = 1;
	program->nr_actors = 2;
	program->actors[0].turns = program->actors[1].turns = 3;
	add(&program->before, &registers);
	add(&program->actors[0], &maps);
	add(&program->actors[0], &resets);
	add(&program->actors[1], &maps);
	add(&program->after, &maps);
	add(&program->after, &unregisters);
	fail_as(outcome, "unregister: ETIMEDOUT");
	return 0;
}

static const char *path_of(const char *name)
{
	static char path[100];

	snprintf(path, sizeof(path), "%s/b-small/%s", base, name);
	return path;
}

static enum stress_status run(void)
{
	static char bundle[40];

	snprintf(bundle, sizeof(bundle), "%s/b", base);
	given.minimise = bundle;
	nr_trials = nr_written = 0;
	return minimise(&given, &here);
}

static void expect_rate(const char *text)
{
	FILE *f = fopen(path_of("rate.json"), "r");
	char json[1000] = "";

	assert_non_null(f);
	json[fread(json, 1, sizeof(json) - 1, f)] = '\0';
	fclose(f);
	if (!strstr(json, text))
		fail_msg("%s is not in %s", text, json);
}

/*
 * Without what registers, mapping fails on any kernel, and is noticed by the same
 * oracle. That is not what is looked for.
 */
static void what_fails_on_any_kernel_is_not_found(void **state)
{
	const struct program *program = &left.given[0];

	assert_int_equal(run(), STRESS_PASS);
	assert_int_equal(program->nr_actors, 1);
	assert_int_equal(program->actors[0].nr_calls, 1);
	assert_ptr_equal(program->actors[0].calls[0].op, &resets);
	assert_int_equal(program->before.nr_calls, 1);
	assert_int_equal(program->after.nr_calls, 2);
	assert_ptr_equal(program->after.calls[1].op, &unregisters);
	expect_rate("\"failed\": 10");
	expect_rate("\"complete\": true");
	assert_int_equal(access(path_of("repro.c"), F_OK), 0);
}

/* What was found before is left. */
static void an_error_leaves_what_was_found(void **state)
{
	error_at = 8;
	assert_int_equal(run(), STRESS_ERROR);
	/* the first that fails from then on */
	assert_in_range(nr_trials, 8, 12);
	assert_true(nr_written > 1);
	assert_int_equal(left.given[0].nr_actors, 1);
	expect_rate("\"complete\": false");
	assert_int_equal(access(path_of("repro.c"), F_OK), 0);
}

static void so_does_a_signal(void **state)
{
	interrupt_at = 6;
	assert_int_equal(run(), STRESS_ERROR);
	assert_int_equal(nr_trials, 6);
	assert_int_equal(left.given[0].nr_actors, 1);
	expect_rate("\"complete\": false");
	assert_int_equal(access(path_of("repro.c"), F_OK), 0);
}

/* A step is not written when all is over, but when it is done. */
static void what_is_found_is_there_at_once(void **state)
{
	interrupt_at = 5;
	assert_int_equal(run(), STRESS_ERROR);
	/* the first step, and once more at the end */
	assert_int_equal(nr_written, 2);
}

static unsigned int nr_trials_of_all(void)
{
	assert_int_equal(run(), STRESS_PASS);
	return nr_trials;
}

static void what_never_fails_again_is_no_success(void **state)
{
	fails_until = nr_trials_of_all() - 10;
	assert_int_equal(run(), STRESS_SKIP);
	/* more of it was tried as well */
	assert_true(nr_trials >= fails_until + 20);
	expect_rate("\"failed\": 0");
	assert_int_equal(left.given[0].nr_actors, 1);
	assert_int_equal(access(path_of("repro.c"), F_OK), 0);
}

static void what_does_not_fail_leaves_nothing(void **state)
{
	fails_until = 0;
	assert_int_equal(run(), STRESS_SKIP);
	assert_int_equal(nr_written, 0);
	assert_int_equal(nr_trials, 1);
}

static int make_folder(void **state)
{
	char command[60];

	if (!mkdtemp(base))
		return -1;
	snprintf(command, sizeof(command), "mkdir %s/b-small", base);
	return system(command);
}

static int remove_folder(void **state)
{
	char command[60];

	snprintf(command, sizeof(command), "rm -r %s", base);
	return system(command);
}

static int begin(void **state)
{
	unlink(path_of("rate.json"));
	unlink(path_of("repro.c"));
	error_at = interrupt_at = 0;
	fails_until = ~0u;
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_fails_on_any_kernel_is_not_found),
		TEST(an_error_leaves_what_was_found),
		TEST(so_does_a_signal),
		TEST(what_is_found_is_there_at_once),
		TEST(what_never_fails_again_is_no_success),
		TEST(what_does_not_fail_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
