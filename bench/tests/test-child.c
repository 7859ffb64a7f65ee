// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <barrage/log.h>

#include "../bench.h"
#include "../child.h"
#include "../scratch.h"

static char folder[256];

static int make_folder(void **state)
{
	return scratch_make(folder, sizeof(folder));
}

static int remove_folder(void **state)
{
	scratch_remove(folder);
	return access(folder, F_OK) ? 0 : -1;
}

static int run(const char *script, const char *setting, double limit_s,
	       struct child *child)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	char *const env[] = { (char *)setting, NULL };
	struct cpu_trace trace = {};
	int ret;

	*child = (struct child){
		.argv = argv,
		.env = env,
		.folder = folder,
		.limit_s = limit_s,
		.trace = &trace,
		.sample_s = 0.01,
	};
	ret = child_run(child);
	assert_true(trace.nr >= 1);
	cpu_trace_free(&trace);
	return ret;
}

static void output_and_status_are_kept(void **state)
{
	struct child child;

	assert_int_equal(
		run("echo out; echo err >&2; exit 3", "A=b", 60, &child), 0);
	assert_int_equal(child.status, 3);
	assert_string_equal(child.out, "out\n");
	assert_string_equal(child.err, "err\n");
	child_free(&child);
}

static void the_environment_is_replaced_and_joined(void **state)
{
	struct child child;

	setenv("BENCH_TEST", "old", 1);
	setenv("BENCH_TEST_KEPT", "kept", 1);
	assert_int_equal(run("echo $BENCH_TEST $BENCH_TEST_KEPT; "
			     "env | grep -c '^BENCH_TEST='",
			     "BENCH_TEST=new", 60, &child),
			 0);
	assert_string_equal(child.out, "new kept\n1\n");
	child_free(&child);
}

static void it_runs_in_its_folder(void **state)
{
	struct child child;

	assert_int_equal(run("pwd", "A=b", 60, &child), 0);
	assert_non_null(strstr(child.out, "barrage-bench."));
	child_free(&child);
}

static void a_signal_shows_in_the_status(void **state)
{
	struct child child;

	assert_int_equal(run("kill -KILL $$", "A=b", 60, &child), 0);
	assert_int_equal(child.status, 128 + 9);
	child_free(&child);
}

static void its_time_is_bounded(void **state)
{
	struct child child;

	assert_int_equal(run("echo begun; exec sleep 100", "A=b", 0.3, &child),
			 -ETIMEDOUT);
	assert_string_equal(child.out, "begun\n");
	assert_non_null(strstr(brg_last_error(), "/bin/sh"));
	child_free(&child);
}

static void what_is_not_there_cannot_start(void **state)
{
	const char *const argv[] = { "/nonexistent", NULL };
	char *const env[] = { NULL };
	struct cpu_trace trace = {};
	struct child child = {
		.argv = argv,
		.env = env,
		.folder = folder,
		.limit_s = 1,
		.trace = &trace,
		.sample_s = 0.01,
	};

	assert_int_equal(child_run(&child), -ENOENT);
	assert_non_null(strstr(brg_last_error(), "/nonexistent"));
	child_free(&child);
}

static void the_worst_status_counts(void **state)
{
	assert_int_equal(bench_worse(BENCH_PASS, BENCH_SKIP), BENCH_PASS);
	assert_int_equal(bench_worse(BENCH_SKIP, BENCH_SKIP), BENCH_SKIP);
	assert_int_equal(bench_worse(BENCH_PASS, BENCH_FAIL), BENCH_FAIL);
	assert_int_equal(bench_worse(BENCH_FAIL, BENCH_ERROR), BENCH_FAIL);
	assert_int_equal(bench_worse(BENCH_SKIP, BENCH_ERROR), BENCH_ERROR);
}

static void only_cannot_here_is_a_skip(void **state)
{
	assert_int_equal(bench_status_of(-EOPNOTSUPP), BENCH_SKIP);
	assert_int_equal(bench_status_of(-ENODEV), BENCH_SKIP);
	assert_int_equal(bench_status_of(-ENOTTY), BENCH_SKIP);
	assert_int_equal(bench_status_of(-EBUSY), BENCH_ERROR);
	assert_int_equal(bench_status_of(-EIO), BENCH_FAIL);
	assert_int_equal(bench_status_of(-EXDEV), BENCH_FAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_status_are_kept),
		cmocka_unit_test(the_environment_is_replaced_and_joined),
		cmocka_unit_test(it_runs_in_its_folder),
		cmocka_unit_test(a_signal_shows_in_the_status),
		cmocka_unit_test(its_time_is_bounded),
		cmocka_unit_test(what_is_not_there_cannot_start),
		cmocka_unit_test(the_worst_status_counts),
		cmocka_unit_test(only_cannot_here_is_a_skip),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
