// SPDX-License-Identifier: GPL-2.0-only
/* A device that is never given back is told, with who waits for it */
#include "../../tests/unit/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERRAND_STILL_S 3
#include "../errand.c"

/* in place of what asks devices, each in its own way */
int machine_stamp(struct machine *machine)
{
	return brg_fail(-EIO, "no disk");
}

int machine_close(struct machine *machine)
{
	for (;;)
		pause();
}

/* asleep, but a driver that has time */
int machine_use_next(struct machine *machine, unsigned int needs)
{
	atomic_store(&machine->step->slow, true);
	sleep(6);
	machine->in_use = 7;
	return 0;
}

int machine_use(struct machine *machine, unsigned int needs,
		unsigned int *lacks)
{
	return 0;
}

int machine_use_named(struct machine *machine, unsigned int needs,
		      const char *bdf)
{
	return 0;
}

void stacks_print(FILE *f, pid_t group)
{
	fprintf(f, "%d", group);
}

void interrupt_ignore(void)
{
}

static void what_fails_says_why(void **state)
{
	struct machine machine = {};

	assert_int_equal(errand_stamp(&machine), -EIO);
	assert_string_equal(brg_last_error(), "no disk");
	assert_false(machine.stuck);
}

static void a_driver_may_have_time(void **state)
{
	struct machine machine = {};

	assert_int_equal(errand_use_next(&machine, 0), 0);
	assert_int_equal(machine.in_use, 7);
	assert_false(machine.stuck);
}

static void who_hangs_is_left_with_its_stacks(void **state)
{
	struct machine machine = {};
	pid_t left;

	assert_int_equal(errand_close(&machine), -ETIMEDOUT);
	assert_true(machine.stuck);
	assert_contains(machine.why, "something that does not end");
	left = atoi(machine.stacks);
	assert_int_equal(getpgid(left), left);
	/* nothing more is asked */
	assert_int_equal(errand_stamp(&machine), -ETIMEDOUT);
	assert_int_equal(kill(left, SIGKILL), 0);
	assert_int_equal(waitpid(left, NULL, 0), left);
	free(machine.stacks);
}

static int begin(void **state)
{
	setenv("BARRAGE_IN_VM", "1", 1);
	return errand_begin();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_says_why),
		cmocka_unit_test(a_driver_may_have_time),
		cmocka_unit_test(who_hangs_is_left_with_its_stacks),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
