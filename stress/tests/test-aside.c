// SPDX-License-Identifier: GPL-2.0-only
/* Who is left behind, and who is only slow */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrage/clock.h>

#include "aside.h"

#define LIMIT_S 1

/* what the process aside and this one have in common */
struct shared {
	_Atomic unsigned int steps;
	_Atomic pid_t pid;
};

static struct shared *shared;

static int ends(void *arg)
{
	return *(int *)arg;
}

/* in steps of a quarter of the limit, one and a half of it */
static int is_slow(void *arg)
{
	for (int i = 0; i < 6; i++) {
		brg_clock_sleep_ns(250000000);
		atomic_fetch_add(&shared->steps, 1);
	}
	return 0;
}

static int never_ends(void *arg)
{
	atomic_store(&shared->pid, getpid());
	do
		pause();
	while (errno == EINTR);
	return 0;
}

static void what_it_returns(void **state)
{
	int result = 7;

	assert_int_equal(aside_run(ends, &result, LIMIT_S, NULL), 7);
}

static void who_makes_no_steps_is_left(void **state)
{
	assert_int_equal(aside_run(never_ends, NULL, LIMIT_S, &shared->steps),
			 -ETIMEDOUT);
	assert_int_equal(kill(shared->pid, SIGKILL), 0);
	assert_int_equal(waitpid(shared->pid, NULL, 0), shared->pid);
}

static void each_step_has_the_limit(void **state)
{
	assert_int_equal(aside_run(is_slow, NULL, LIMIT_S, &shared->steps), 0);
}

static bool is_stuck(pid_t pid, void *arg)
{
	return ++*(unsigned int *)arg == 3;
}

/* Who sees that it hangs need not wait for the limit, and finds all its processes. */
static void who_is_stuck_is_left_at_once(void **state)
{
	unsigned int nr_looks = 0;
	struct aside_watch watch = { is_stuck, &nr_looks };
	pid_t left = 0;

	assert_int_equal(
		aside_run_watched(never_ends, NULL, 1000, NULL, &watch, &left),
		-ETIMEDOUT);
	assert_int_equal(nr_looks, 3);
	assert_int_equal(getpgid(left), left);
	assert_int_equal(kill(-left, SIGKILL), 0);
	assert_int_equal(waitpid(left, NULL, 0), left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_returns),
		cmocka_unit_test(who_makes_no_steps_is_left),
		cmocka_unit_test(each_step_has_the_limit),
		cmocka_unit_test(who_is_stuck_is_left_at_once),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
