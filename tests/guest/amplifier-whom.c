// SPDX-License-Identifier: GPL-2.0-only
/* Which tasks are slow: those that were meant, and no other. */
#include "fixture.h"
#include "guest.h"
#include "points.h"

#include <barrage/clock.h>

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSINGS 5

static void undo(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	points_end();
}

static int setup(void **state)
{
	fixture_begin(undo);
	return 0;
}

static void *pass(void *arg)
{
	int i;

	for (i = 0; i < PASSINGS; i++)
		syscall(SYS_getppid);
	return arg;
}

static pid_t pass_as_child(void)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		pass(NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return pid;
}

static void pass_as_thread(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, pass, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* For a process between: wait for its child, or leave it to others. */
static void between(int done, int go, bool stays)
{
	pid_t pid = fork();
	int status;
	char byte;

	if (!pid) {
		/* as soon as the parent is not there any more */
		if (!stays && read(go, &byte, 1) != 1)
			_exit(1);
		pass(NULL);
		_exit(write(done, "", 1) != 1);
	}
	if (!stays)
		_exit(0);
	_exit(pid < 0 || waitpid(pid, &status, 0) != pid || status);
}

static void pass_as_grandchild(bool parent_stays)
{
	int done[2], go[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(done), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		between(done[1], go[0], parent_stays);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(read(done[0], &byte, 1), 1);
	close(done[0]);
	close(done[1]);
	close(go[0]);
	close(go[1]);
}

static void amplifier_threads_and_descendants(void **state)
{
	int id = points_add("__x64_sys_getppid:0us");

	pass(NULL);
	assert_int_equal(points_stats(id).passed, PASSINGS);
	pass_as_thread();
	assert_int_equal(points_stats(id).passed, 2 * PASSINGS);
	pass_as_child();
	assert_int_equal(points_stats(id).passed, 3 * PASSINGS);
	pass_as_grandchild(true);
	assert_int_equal(points_stats(id).passed, 4 * PASSINGS);
	assert_int_equal(points_stats(id).acted, 4 * PASSINGS);
}

/* A process that init has taken in is as foreign as any. */
static void amplifier_foreign_is_untouched(void **state)
{
	int id = points_add("__x64_sys_getppid:20ms");
	int any = points_add("__x64_sys_getppid:0us,any");

	pass_as_grandchild(false);
	assert_int_equal(points_stats(any).acted, PASSINGS);
	assert_int_equal(points_stats(id).passed, 0);
	assert_int_equal(points_stats(id).delayed_ns, 0);
}

static void amplifier_subreaper_keeps_descendants(void **state)
{
	int id = points_add("__x64_sys_getppid:0us"), status;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pass_as_grandchild(false);
	assert_int_equal(points_stats(id).acted, PASSINGS);
	assert_true(wait(&status) > 0);
	assert_int_equal(status, 0);
}

static void amplifier_one_process(void **state)
{
	int id = points_add("__x64_sys_getppid:0us,pid=%d", getpid());

	pass(NULL);
	pass_as_thread();
	pass_as_child();
	pass_as_grandchild(false);
	assert_int_equal(points_stats(id).passed, 2 * PASSINGS);
}

static void amplifier_one_thread(void **state)
{
	int id = points_add("__x64_sys_getppid:0us,tid=%d", gettid());

	pass(NULL);
	pass_as_thread();
	pass_as_child();
	assert_int_equal(points_stats(id).passed, PASSINGS);
}

static void amplifier_worker_of_the_kernel(void **state)
{
	int any = points_add("process_one_work:100us,any");
	int run = points_add("process_one_work:20ms");

	points_await_passed(any, 3);
	assert_true(points_stats(any).acted >= 2);
	assert_int_equal(points_stats(any).spared, 0);
	assert_int_equal(points_stats(run).passed, 0);
}

/* In a child, as the children of a run are those that are slow */
static void amplifier_child_may_ask(void **state)
{
	int id = points_add("ksys_dup3:hold=5s"), status;
	pid_t pid = fork(), other;

	assert_true(pid >= 0);
	if (!pid)
		_exit(dup2(STDERR_FILENO, 200) != 200);
	points_await(id);
	other = fork();
	assert_true(other >= 0);
	if (!other)
		_exit(brg_amplifier_release(points_file(), id));
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(points_stats(id).lapsed, 0);
}

#define AMPLIFIER_TEST(test)                                                   \
	cmocka_unit_test_setup_teardown(test, setup, points_teardown)

static const struct CMUnitTest tests[] = {
	AMPLIFIER_TEST(amplifier_threads_and_descendants),
	AMPLIFIER_TEST(amplifier_foreign_is_untouched),
	AMPLIFIER_TEST(amplifier_subreaper_keeps_descendants),
	AMPLIFIER_TEST(amplifier_one_process),
	AMPLIFIER_TEST(amplifier_one_thread),
	AMPLIFIER_TEST(amplifier_worker_of_the_kernel),
	AMPLIFIER_TEST(amplifier_child_may_ask),
};

const struct guest_suite guest_amplifier_whom = GUEST_SUITE(tests);
