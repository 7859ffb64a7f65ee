// SPDX-License-Identifier: GPL-2.0-only
/* A race that sleeps is still, one that works is not; the clock is the test's. */
#include "../../tests/unit/test.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static DIR *open_dir(const char *path);

/* of all that look, so that one can be kept from it */
#define opendir open_dir
#define STILL_ANSWER_MS 2000
#include "../still.c"
#undef opendir

static bool looks_hang;

static DIR *open_dir(const char *path)
{
	while (looks_hang)
		pause();
	return opendir(path);
}

#define SECOND_NS 1000000000ull

struct race {
	struct still still;
	pid_t pid;
	int up[2];
	uint64_t now_ns;
};

/* asleep or busy, in a group of its own */
static void child(const struct race *race, bool busy)
{
	volatile unsigned long n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	if (write(race->up[1], "", 1) != 1)
		_exit(1);
	while (busy)
		n++;
	for (;;)
		pause();
}

/* until it has its group, and then until it sleeps: or a test sees it go there */
static void start(struct race *race, bool busy)
{
	char byte;

	*race = (struct race){ .now_ns = SECOND_NS };
	assert_int_equal(pipe(race->up), 0);
	race->pid = fork();
	if (!race->pid)
		child(race, busy);
	assert_true(race->pid > 0);
	assert_int_equal(read(race->up[0], &byte, 1), 1);
	close(race->up[0]);
	close(race->up[1]);
}

static void end(struct race *race)
{
	kill(race->pid, SIGKILL);
	waitpid(race->pid, NULL, 0);
}

/* after how many seconds it is; 0: not within two limits */
static unsigned int still_after(struct race *race, uint64_t beat, bool beats)
{
	for (unsigned int s = 1; s <= 2 * STILL_LIMIT_S; s++) {
		race->now_ns += SECOND_NS;
		if (still_look(&race->still, race->pid, beat, race->now_ns))
			return s;
		beat += beats;
	}
	return 0;
}

static void await_sleep(struct race *race)
{
	while (!still_after(race, 0, false))
		race->still = (struct still){};
	race->still = (struct still){};
}

static void who_sleeps_is_still_after_the_limit(void **state)
{
	struct race race;
	unsigned int s;

	start(&race, false);
	await_sleep(&race);
	s = still_after(&race, 1, false);
	end(&race);
	/* the first look is compared with nothing */
	assert_in_range(s, STILL_LIMIT_S, STILL_LIMIT_S + 1);
}

static void who_works_is_not(void **state)
{
	struct race race;
	unsigned int s;

	start(&race, true);
	s = still_after(&race, 1, false);
	end(&race);
	assert_int_equal(s, 0);
}

static void nor_is_a_race_that_goes_on(void **state)
{
	struct race race;
	unsigned int s;

	start(&race, false);
	await_sleep(&race);
	s = still_after(&race, 1, true);
	end(&race);
	assert_int_equal(s, 0);
}

static void looks_are_a_second_apart(void **state)
{
	struct race race;

	start(&race, false);
	await_sleep(&race);
	for (unsigned int i = 0; i < 100 * STILL_LIMIT_S; i++) {
		race.now_ns += SECOND_NS / 1000;
		if (still_look(&race.still, race.pid, 1, race.now_ns))
			break;
	}
	end(&race);
	assert_in_range(race.still.nr_looks, 0, 2);
}

/* as one that has come to end a task's memory, which waits for ever */
static void who_looks_and_hangs_is_one_of_them(void **state)
{
	struct race race;
	unsigned int s;

	start(&race, false);
	await_sleep(&race);
	assert_int_equal(still_after(&race, 1, true), 0);
	race.now_ns += SECOND_NS;
	looks_hang = true;
	/* it is known that nothing has ended since, but no more */
	race.still.beat = 1;
	assert_false(still_look(&race.still, race.pid, 1, race.now_ns));
	looks_hang = false;
	assert_int_equal(race.still.nr_left, 1);
	assert_int_equal(getpgid(race.still.left[0]), race.pid);
	s = still_after(&race, 1, false);
	assert_in_range(s, STILL_LIMIT_S, STILL_LIMIT_S + 1);
	assert_int_equal(race.still.nr_left, 1);
	/* and one that answers too late is not left for long */
	kill(race.still.left[0], SIGKILL);
	race.still.nr_looks = 0;
	while (race.still.nr_left)
		still_after(&race, 1, false);
	end(&race);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void who_waits_for_hardware_is_told_by_where_it_sleeps(void **state)
{
	assert_true(still_is_hardware("msleep", ""));
	assert_true(still_is_hardware("msleep", "pcie_flr"));
	assert_false(still_is_hardware("msleep", "vfio_pci_pages_wait_idle"));
	assert_true(still_is_hardware("nvme_wait_ready", "nvme_reset_work"));
	assert_false(still_is_hardware("vfio_pci_core_ioctl", ""));
	assert_false(still_is_hardware("0", ""));
	assert_false(still_is_hardware("", ""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_sleeps_is_still_after_the_limit),
		cmocka_unit_test(who_works_is_not),
		cmocka_unit_test(nor_is_a_race_that_goes_on),
		cmocka_unit_test(looks_are_a_second_apart),
		cmocka_unit_test(who_looks_and_hangs_is_one_of_them),
		cmocka_unit_test(
			who_waits_for_hardware_is_told_by_where_it_sleeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
