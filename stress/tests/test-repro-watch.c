// SPDX-License-Identifier: GPL-2.0-only
/* How a reproducer ends, whatever becomes of its races */
#include "../../tests/unit/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>

static char tainted[] = "/tmp/barrage-tainted-XXXXXX";

#define TAINTED tainted
#include "../repro-watch.c"

/* in place of what reads /proc, and asks the kernel to log */
void stacks_print(FILE *f, pid_t group)
{
	fprintf(f, "stacks of %d\n", group);
}

static void taint(unsigned long flags)
{
	FILE *f = fopen(tainted, "w");

	assert_non_null(f);
	fprintf(f, "%lu\n", flags);
	assert_int_equal(fclose(f), 0);
}

static char said[1000];

/* what watch() ends with; what it says is in @said then */
static int ends_with(int (*what)(void *arg), void *arg, unsigned int limit_s)
{
	FILE *f = tmpfile();
	int out = dup(STDOUT_FILENO), ret;
	size_t got;

	assert_non_null(f);
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	ret = watch(what, arg, limit_s);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(f);
	got = fread(said, 1, sizeof(said) - 1, f);
	said[got] = '\0';
	fclose(f);
	return ret;
}

static void expect_said(const char *text)
{
	if (!strstr(said, text))
		fail_msg("\"%s\" is not in \"%s\"", text, said);
}

static int end(void *arg)
{
	printf("a word of the child\n");
	return *(int *)arg;
}

static void the_end_of_the_races_is_its_own(void **state)
{
	for (int status = 0; status < 100; status += 33) {
		assert_int_equal(ends_with(end, &status, 60), status);
		assert_string_equal(said, "a word of the child\n");
	}
}

static int die(void *arg)
{
	static const struct rlimit no_core;

	setrlimit(RLIMIT_CORE, &no_core);
	printf("a word of the child\n");
	raise(*(int *)arg);
	return 0;
}

static void to_be_killed_is_a_failure(void **state)
{
	int sig = SIGKILL;

	assert_int_equal(ends_with(die, &sig, 60), 1);
	expect_said("a word of the child\nthe races were killed by signal 9: ");
	sig = SIGTRAP;
	assert_int_equal(ends_with(die, &sig, 60), 1);
	expect_said("the races were killed by signal 5: ");
}

static int wait_for_ever(void)
{
	while (pause())
		;
	return 0;
}

/* two processes that are deaf to whatever can be ignored */
static int never_end(void *arg)
{
	int *pids = arg, pid;

	atomic_fetch_add(nr_begun, 7);
	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_IGN);
	pids[0] = getpid();
	pid = fork();
	if (pid)
		pids[1] = pid;
	return wait_for_ever();
}

/* all of them, also whose parent is dead by then */
static void who_hangs_is_killed_and_told(void **state)
{
	int *pids = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char stacks[40];

	assert_true(pids != MAP_FAILED);
	assert_int_equal(ends_with(never_end, pids, 1), 1);
	expect_said("race 7 hangs: no end after 1 s\n");
	snprintf(stacks, sizeof(stacks), "stacks of %d\n", pids[0]);
	expect_said(stacks);
	assert_true(pids[1] > 0);
	assert_int_equal(kill(pids[0], 0), -1);
	assert_int_equal(kill(pids[1], 0), -1);
	munmap(pids, 4096);
}

static int leave_one(void *arg)
{
	int *pids = arg, pid = fork();

	if (!pid)
		return wait_for_ever();
	pids[1] = pid;
	return 0;
}

static void who_is_left_is_killed(void **state)
{
	int *pids = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(pids != MAP_FAILED);
	assert_int_equal(ends_with(leave_one, pids, 60), 0);
	assert_int_equal(kill(pids[1], 0), -1);
	munmap(pids, 4096);
}

/* by what the argument says */
static int taint_it(void *arg)
{
	taint(*(unsigned long *)arg);
	return 0;
}

static void a_taint_is_a_failure(void **state)
{
	unsigned long module = 1ul << 12, warning = 1ul << 9;

	taint(0);
	assert_int_equal(ends_with(taint_it, &module, 60), 0);
	assert_string_equal(said, "");
	assert_int_equal(ends_with(taint_it, &warning, 60), 1);
	assert_string_equal(said, "the kernel is tainted: 0x200, was 0\n");
	/* it was before */
	assert_int_equal(ends_with(taint_it, &warning, 60), 0);
	assert_string_equal(said, "");
}

static int set_up(void **state)
{
	int fd = mkstemp(tainted);

	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	return unlink(tainted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_the_races_is_its_own),
		cmocka_unit_test(to_be_killed_is_a_failure),
		cmocka_unit_test(who_hangs_is_killed_and_told),
		cmocka_unit_test(who_is_left_is_killed),
		cmocka_unit_test(a_taint_is_a_failure),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
