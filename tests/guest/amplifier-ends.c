// SPDX-License-Identifier: GPL-2.0-only
/* No probe is left and nobody held, however its owner ends; what is refused. */
#include "fixture.h"
#include "guest.h"
#include "points.h"

#include <barrage/clock.h>

#include <amplifier-uapi.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACE "__x64_sys_getppid"
#define PATIENCE_NS 30000000000ull
#define POLL_NS 1000000ull

static pid_t child;

static void undo(void)
{
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		child = 0;
	}
	points_end();
}

static int setup(void **state)
{
	fixture_begin(undo);
	return 0;
}

/* All that the kernel has: there are no others in the machine. */
static unsigned int nr_probes(void)
{
	FILE *file = fopen("/sys/kernel/debug/kprobes/list", "re");
	char line[256];
	unsigned int nr = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		nr++;
	fclose(file);
	return nr;
}

static void amplifier_close_removes_probes(void **state)
{
	points_add(PLACE ":0us");
	points_add(PLACE "+return:0us");
	assert_int_equal(nr_probes(), 1);
	points_clear();
	assert_int_equal(nr_probes(), 0);
	assert_int_equal(points_add(PLACE ":0us"), 0);
	assert_int_equal(nr_probes(), 1);
	points_end();
	assert_int_equal(nr_probes(), 0);
}

static void *pass(void *arg)
{
	syscall(SYS_getppid);
	return arg;
}

/* Held before and after: they go on, and are no more than that late. */
static void expect_let_go(const char *where, bool by_closing)
{
	int id = points_add(PLACE "%s:hold=5s", where), i;
	uint64_t before = brg_clock_now_ns();
	pthread_t threads[4];

	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, pass, NULL),
				 0);
	while (points_stats(id).waiting < 4)
		assert_true(brg_clock_left_ms(before + PATIENCE_NS));
	before = brg_clock_now_ns();
	if (by_closing)
		points_end();
	else
		points_clear();
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_true(brg_clock_now_ns() - before < 4000000000ull);
	assert_int_equal(nr_probes(), 0);
}

static void amplifier_who_is_held_goes_on(void **state)
{
	expect_let_go("", false);
	expect_let_go("", true);
	expect_let_go("+return", false);
	expect_let_go("+return", true);
}

static void *read_pipe(void *arg)
{
	const int *fd = arg;
	char byte;

	return syscall(SYS_read, *fd, &byte, 1) == 1 ? NULL : arg;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "barrage_amplifier", O_NONBLOCK) ?
		       -errno :
		       0;
}

/* Closed while a task is in a function at whose return it was to be slow */
static void amplifier_gone_while_inside(void **state)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	pthread_t thread;
	void *failed;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	points_add("ksys_read+return:20ms");
	assert_int_equal(pthread_create(&thread, NULL, read_pipe, fds), 0);
	points_await_passed(0, 1);
	points_end();
	assert_int_equal(unload(), -EWOULDBLOCK);
	assert_int_equal(write(fds[1], "", 1), 1);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	while (unload()) {
		assert_true(brg_clock_left_ms(end) > 0);
		brg_clock_sleep_ns(POLL_NS);
	}
	close(fds[0]);
	close(fds[1]);
	points_add(PLACE ":0us");
}

/* It has a point; a child of its own has the file, and shows what is left of it. */
static void own_until_killed(int ready, int go)
{
	struct brg_amplifier amplifier;
	struct brg_amplifier_point point;
	char byte;
	pid_t pid;

	if (brg_amplifier_open(&amplifier) ||
	    brg_amplifier_parse(PLACE ":1ms", &point) ||
	    brg_amplifier_add(&amplifier, &point) < 0)
		_exit(1);
	pid = fork();
	if (pid)
		pause();
	if (write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
		_exit(1);
	byte = brg_amplifier_add(&amplifier, &point) == -ESHUTDOWN &&
	       brg_amplifier_clear(&amplifier) == -ESHUTDOWN;
	_exit(write(ready, &byte, 1) != 1);
}

static void amplifier_killed_owner_leaves_nothing(void **state)
{
	int ready[2], go[2], status;
	struct brg_amplifier amplifier;
	char byte = 0;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		own_until_killed(ready[1], go[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(nr_probes(), 1);
	assert_int_equal(brg_amplifier_open(&amplifier), -EBUSY);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	child = 0;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(nr_probes(), 0);
	/* a new owner, and the file of the old one does nothing to it */
	points_add(PLACE ":0us");
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 1);
	assert_int_equal(nr_probes(), 1);
	close(ready[0]);
	close(ready[1]);
	close(go[0]);
	close(go[1]);
}

static void amplifier_is_for_root(void **state)
{
	struct stat status;

	points_file();
	assert_int_equal(stat("/dev/barrage-amplifier", &status), 0);
	assert_int_equal(status.st_uid, 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void amplifier_refuses_places(void **state)
{
	unsigned int offset;
	int ret;

	assert_int_equal(points_try("no_such_function:0us"), -ENOENT);
	assert_non_null(strstr(brg_last_error(), "no_such_function: this"));
	assert_int_equal(points_try("no_such_module:ksys_read:0us"), -ENOENT);
	assert_int_equal(points_try("ksys_read<no_such_function:0us"), -ENOENT);
	assert_non_null(strstr(brg_last_error(), "called from no_such"));
	assert_int_equal(points_try("exc_int3:0us"), -EOPNOTSUPP);
	assert_int_equal(points_try("exc_int3+return:0us"), -EOPNOTSUPP);
	assert_int_equal(points_try("amplifier_stub:0us"), -EOPNOTSUPP);
	/* data, the names of which not every kernel knows */
	ret = points_try("jiffies:0us");
	assert_true(ret == -EOPNOTSUPP || ret == -ENOENT);
	assert_int_equal(points_try(PLACE "+100000:0us"), -ERANGE);
	assert_int_equal(points_try(PLACE ":0us,tid=%d", INT32_MAX), -ESRCH);
	for (offset = 1; offset < 8; offset++) {
		if (points_try(PLACE "+%u:0us", offset) == -EILSEQ)
			break;
	}
	assert_true(offset < 8);
	points_clear();
	assert_int_equal(nr_probes(), 0);
}

static void amplifier_has_so_many_points(void **state)
{
	int i;

	for (i = 0; i < 8; i++)
		assert_int_equal(points_add("ksys_read:0us"), i);
	assert_int_equal(points_try("ksys_read:0us"), -ENOSPC);
	for (i = 8; i < BRG_AMPLIFIER_POINTS; i++)
		assert_int_equal(points_add("%s:0us", i < 16 ? "ksys_write" :
						      i < 24 ? PLACE :
							       "ksys_dup3"),
				 i);
	assert_int_equal(points_try("do_futex:0us"), -ENOSPC);
	assert_int_equal(brg_amplifier_release(points_file(), 0), -EINVAL);
	assert_int_equal(brg_amplifier_release(points_file(), 32), -ENOENT);
	points_clear();
	assert_int_equal(brg_amplifier_release(points_file(), 0), -ENOENT);
}

static const struct barrage_amplifier_point good = {
	.symbol = PLACE,
	.probability = BARRAGE_AMPLIFIER_ALWAYS,
};

static int raw_add(struct barrage_amplifier_point point)
{
	return ioctl(points_file()->fd, BARRAGE_AMPLIFIER_ADD, &point) < 0 ?
		       -errno :
		       0;
}

#define REFUSED(change)                                                        \
	do {                                                                   \
		struct barrage_amplifier_point changed = good;                 \
		changed.change;                                                \
		assert_int_equal(raw_add(changed), -EINVAL);                   \
	} while (0)

static void amplifier_refuses_nonsense(void **state)
{
	struct barrage_amplifier_point point = good;

	REFUSED(symbol[0] = '\0');
	REFUSED(where = BARRAGE_AMPLIFIER_OFFSET);
	REFUSED(where = BARRAGE_AMPLIFIER_OFFSET + 1);
	REFUSED(offset = 1);
	REFUSED(whom = BARRAGE_AMPLIFIER_THREAD);
	REFUSED(whom = BARRAGE_AMPLIFIER_THREAD + 1);
	REFUSED(id = 1);
	REFUSED(kind = BARRAGE_AMPLIFIER_HOLD);
	REFUSED(kind = BARRAGE_AMPLIFIER_MEET + 1);
	REFUSED(wait_us = 1);
	REFUSED(meeting = 1);
	REFUSED(side = 1);
	REFUSED(least_us = 1);
	REFUSED(most_us = BARRAGE_AMPLIFIER_MAX_US + 1);
	REFUSED(probability = BARRAGE_AMPLIFIER_ALWAYS + 1);
	memset(point.symbol, 'x', sizeof(point.symbol));
	assert_int_equal(raw_add(point), -EINVAL);
	point = good;
	memset(point.caller, 'x', sizeof(point.caller));
	assert_int_equal(raw_add(point), -EINVAL);
	point = good;
	point.kind = BARRAGE_AMPLIFIER_MEET;
	point.meeting = BARRAGE_AMPLIFIER_MEETINGS;
	assert_int_equal(raw_add(point), -EINVAL);
	point.meeting = 0;
	point.side = 2;
	assert_int_equal(raw_add(point), -EINVAL);
	point.side = 1;
	point.wait_us = BARRAGE_AMPLIFIER_MAX_WAIT_US + 1;
	assert_int_equal(raw_add(point), -EINVAL);
	point.wait_us--;
	assert_int_equal(raw_add(point), 0);
	point = good;
	point.whom = BARRAGE_AMPLIFIER_PROCESS;
	point.id = -1;
	assert_int_equal(raw_add(point), -ESRCH);
	assert_int_equal(ioctl(points_file()->fd, BARRAGE_AMPLIFIER_ADD, NULL),
			 -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(ioctl(points_file()->fd, _IO(0xBB, 77), NULL), -1);
	assert_int_equal(errno, ENOTTY);
}

#define AMPLIFIER_TEST(test)                                                   \
	cmocka_unit_test_setup_teardown(test, setup, points_teardown)

static const struct CMUnitTest tests[] = {
	AMPLIFIER_TEST(amplifier_close_removes_probes),
	AMPLIFIER_TEST(amplifier_who_is_held_goes_on),
	AMPLIFIER_TEST(amplifier_gone_while_inside),
	AMPLIFIER_TEST(amplifier_killed_owner_leaves_nothing),
	AMPLIFIER_TEST(amplifier_is_for_root),
	AMPLIFIER_TEST(amplifier_refuses_places),
	AMPLIFIER_TEST(amplifier_has_so_many_points),
	AMPLIFIER_TEST(amplifier_refuses_nonsense),
};

const struct guest_suite guest_amplifier_ends = GUEST_SUITE(tests);
