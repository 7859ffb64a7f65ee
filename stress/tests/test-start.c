// SPDX-License-Identifier: GPL-2.0-only
/* Actors that cannot be had are no failure of the kernel's, and nobody waits for them. */
#include "../../tests/unit/test.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "../engine/engine.h"

static struct world world;

/* in place of the C library's: how many more can be had */
static unsigned int threads_left, processes_left;

int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
		   void *(*what)(void *arg), void *arg)
{
	int (*real)(pthread_t * thread, const pthread_attr_t *attr,
		    void *(*what)(void *arg), void *arg) =
		(__typeof__(real))dlsym(RTLD_NEXT, "pthread_create");

	if (!threads_left)
		return EAGAIN;
	threads_left--;
	return real(thread, attr, what, arg);
}

pid_t fork(void)
{
	pid_t (*real)(void) = (__typeof__(real))dlsym(RTLD_NEXT, "fork");

	if (!processes_left) {
		errno = EAGAIN;
		return -1;
	}
	processes_left--;
	return real();
}

static int do_count(struct actor *actor, const int64_t *arg)
{
	return 0;
}

static const struct op op_count = {
	.name = "count",
	.run = do_count,
};

/* two threads and two processes, with one call each, and one before and after */
static void race_with(unsigned int nr_threads, unsigned int nr_processes)
{
	static struct program program;

	program = (struct program){ .nr_actors = 4 };
	program.before.nr_calls = program.after.nr_calls = 1;
	program.before.calls[0].op = program.after.calls[0].op = &op_count;
	program.before.turns = program.after.turns = 1;
	for (unsigned int i = 0; i < 4; i++) {
		struct actor_program *actor = &program.actors[i];

		actor->name = i % 2 ? "process" : "thread";
		actor->process = i % 2;
		actor->turns = actor->nr_calls = 1;
		actor->calls[0].op = &op_count;
		/* who waits for the others' calls would wait for ever */
		actor->calls[0].order = 1 + i;
	}
	memset(world.shared, 0, sizeof(*world.shared));
	threads_left = nr_threads;
	processes_left = nr_processes;
	engine_race(&world, &program);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void all_that_can_start_do(void **state)
{
	race_with(2, 2);
	assert_false(atomic_load(&world.shared->wrong));
	assert_int_equal(atomic_load(&world.shared->beat), 6);
}

static void expect_error(const char *text)
{
	assert_true(atomic_load(&world.shared->told));
	assert_int_equal(atomic_load(&world.shared->oracle), ORACLE_NONE);
	assert_string_equal(world.shared->text, text);
	/* what is before the actors */
	assert_int_equal(atomic_load(&world.shared->beat), 1);
}

static void one_that_cannot_is_an_error(void **state)
{
	race_with(2, 0);
	expect_error("cannot start actor process: Resource temporarily "
		     "unavailable: the race was not run");
	race_with(2, 1);
	expect_error("cannot start actor process: Resource temporarily "
		     "unavailable: the race was not run");
	race_with(1, 2);
	expect_error("cannot start actor thread: Resource temporarily "
		     "unavailable: the race was not run");
}

static void what_was_wrong_before_counts(void **state)
{
	memset(world.shared, 0, sizeof(*world.shared));
	engine_wrong(&world, ORACLE_DATA, "wrong data");
	engine_cannot(&world, "no memory");
	assert_int_equal(atomic_load(&world.shared->oracle), ORACLE_DATA);
	assert_string_equal(world.shared->text, "wrong data");
}

static int open_world(void **state)
{
	return world_init(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_can_start_do),
		cmocka_unit_test(one_that_cannot_is_an_error),
		cmocka_unit_test(what_was_wrong_before_counts),
	};

	return cmocka_run_group_tests(tests, open_world, NULL);
}
