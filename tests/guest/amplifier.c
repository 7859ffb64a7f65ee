// SPDX-License-Identifier: GPL-2.0-only
/*
 * Places at which tasks are slow: they are where they should be, and what runs
 * there does what it does without. The places are of system calls that anybody
 * can make.
 */
#include "guest.h"
#include "points.h"

#include <barrage/clock.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MS 1000000ull
/* No file is open with that number */
#define FREE_FD 200

static void amplifier_slow_at_entry(void **state)
{
	pid_t parent = getppid();
	uint64_t before, ns;
	int id;

	id = points_add("__x64_sys_getppid:20ms");
	before = brg_clock_now_ns();
	assert_int_equal(syscall(SYS_getppid), parent);
	ns = brg_clock_now_ns() - before;
	assert_true(ns >= 20 * MS);
	assert_int_equal(points_stats(id).passed, 1);
	assert_int_equal(points_stats(id).acted, 1);
	assert_int_equal(points_stats(id).spared, 0);
	assert_true(points_stats(id).delayed_ns >= 20 * MS);
	assert_true(points_stats(id).delayed_ns <= ns);
}

static void amplifier_slow_at_return(void **state)
{
	pid_t parent = getppid();
	uint64_t before;
	int id, i;

	id = points_add("__x64_sys_getppid+return:20ms");
	for (i = 1; i <= 3; i++) {
		before = brg_clock_now_ns();
		assert_int_equal(syscall(SYS_getppid), parent);
		assert_true(brg_clock_now_ns() - before >= 20 * MS);
		assert_int_equal(points_stats(id).passed, i);
		assert_int_equal(points_stats(id).acted, i);
	}
}

static void *duplicate(void *arg)
{
	const int *fd = arg;

	return syscall(SYS_dup2, *fd, FREE_FD) == FREE_FD ? NULL : arg;
}

/* Is the file there while the task that makes it is held? */
static bool is_done_while_held(const char *place)
{
	int id = points_add("%s:hold=5s", place), fd = STDERR_FILENO;
	pthread_t thread;
	void *failed;
	bool done;

	assert_int_equal(pthread_create(&thread, NULL, duplicate, &fd), 0);
	points_await(id);
	done = fcntl(FREE_FD, F_GETFD) >= 0;
	points_release(id);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	assert_int_equal(close(FREE_FD), 0);
	assert_int_equal(points_stats(id).lapsed, 0);
	assert_int_equal(points_stats(id).waiting, 0);
	points_clear();
	return done;
}

static void amplifier_entry_is_before_and_return_after(void **state)
{
	assert_false(is_done_while_held("ksys_dup3"));
	assert_true(is_done_while_held("ksys_dup3+return"));
}

/*
 * Nobody waits for a task that is slow: neither synchronize_rcu(), nor who has to
 * flush the TLB of its processor.
 */
static void amplifier_others_go_on(void **state)
{
	int id = points_add("ksys_dup3:hold=5s"), fd = STDERR_FILENO, i;
	pthread_t thread;
	char *page;

	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(page != MAP_FAILED);
	assert_int_equal(pthread_create(&thread, NULL, duplicate, &fd), 0);
	points_await(id);
	assert_int_equal(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0),
			 0);
	for (i = 0; i < 20; i++) {
		*page = 1;
		assert_int_equal(mprotect(page, PAGE, PROT_READ), 0);
		assert_int_equal(mprotect(page, PAGE, PROT_READ | PROT_WRITE),
				 0);
	}
	assert_int_equal(points_stats(id).waiting, 1);
	points_release(id);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(points_stats(id).lapsed, 0);
	assert_int_equal(close(FREE_FD), 0);
	munmap(page, PAGE);
}

static long compare_and_requeue(uint32_t *words, uint32_t compare_with)
{
	return syscall(SYS_futex, &words[0], FUTEX_CMP_REQUEUE, 1, 1ul,
		       &words[1], compare_with) < 0 ?
		       -errno :
		       0;
}

/* do_futex() takes its seventh argument from the stack. */
static void amplifier_arguments_on_the_stack(void **state)
{
	uint32_t words[2] = { 12345, 0 };
	int id = points_add("do_futex+return:0us"), i;

	for (i = 0; i < 100; i++) {
		assert_int_equal(compare_and_requeue(words, 12345), 0);
		assert_int_equal(compare_and_requeue(words, 54321), -EAGAIN);
	}
	assert_int_equal(points_stats(id).acted, 200);
}

static size_t read_all(const char *path, char *data, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t part;

	assert_true(fd >= 0);
	while ((part = read(fd, data + len, size - len)) > 0)
		len += part;
	close(fd);
	assert_int_equal(part, 0);
	assert_true(len > 100);
	return len;
}

/* All of vsnprintf(), an instruction at a time, as many at once as there may be. */
static void amplifier_every_instruction(void **state)
{
	static char before[16384], after[16384];
	size_t len = read_all("/proc/filesystems", before, sizeof(before));
	unsigned int offset = 1, nr_places = 0, nr_between = 0, i, nr;
	uint64_t acted = 0;
	int ret = 0;

	while (ret != -ERANGE && nr_places < 200) {
		for (nr = 0; nr < BRG_AMPLIFIER_POINTS && ret != -ERANGE;
		     offset++) {
			ret = points_try("vsnprintf+%u:0us", offset);
			if (ret >= 0)
				nr++;
			else if (ret == -EILSEQ)
				nr_between++;
			else if (ret != -EOPNOTSUPP && ret != -ERANGE)
				fail_msg("%s", brg_last_error());
		}
		assert_int_equal(
			read_all("/proc/filesystems", after, sizeof(after)),
			len);
		assert_memory_equal(before, after, len);
		for (i = 0; i < nr; i++)
			acted += points_stats(i).acted;
		nr_places += nr;
		points_clear();
	}
	print_message("# %u instructions, between them %u bytes, %llu visits\n",
		      nr_places, nr_between, (unsigned long long)acted);
	assert_true(nr_places > 100);
	assert_true(nr_between > nr_places);
	assert_true(acted > 1000);
}

static void amplifier_one_caller(void **state)
{
	int from_access, from_at, from_any;

	from_at = points_add("do_faccessat<__x64_sys_faccessat:0us");
	from_access = points_add("do_faccessat+return<__x64_sys_access:0us");
	from_any = points_add("do_faccessat:0us");
	assert_int_equal(syscall(SYS_faccessat, AT_FDCWD, "/", F_OK), 0);
	assert_int_equal(points_stats(from_at).passed, 1);
	assert_int_equal(points_stats(from_access).passed, 0);
	assert_int_equal(syscall(SYS_access, "/", F_OK), 0);
	assert_int_equal(syscall(SYS_access, "/none", F_OK), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(points_stats(from_at).passed, 1);
	assert_int_equal(points_stats(from_access).passed, 2);
	assert_int_equal(points_stats(from_access).acted, 2);
	assert_int_equal(points_stats(from_any).acted, 3);
}

/* What the amplifier calls by itself can be slow where others call it. */
static void amplifier_of_itself(void **state)
{
	static const char *const functions[] = { "ktime_get_mono_fast_ns",
						 "amplifier_act",
						 "amplifier_begin",
						 "amplifier_end" };
	size_t i;
	int id;

	id = points_add("__x64_sys_getppid:100us");
	points_add("__x64_sys_getppid+return:100us");
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		points_add("%s:10us,any", functions[i]);
		points_add("%s+return:10us,any", functions[i]);
	}
	for (i = 0; i < 100; i++)
		syscall(SYS_getppid);
	assert_int_equal(points_stats(id).acted, 100);
}

/*
 * Interrupts are not held up: they would be atomic for too long. Nor are they this
 * task's, though it is the one that they interrupt.
 */
static void amplifier_interrupts_pass(void **state)
{
	int run = points_add("sched_tick:20ms");
	int any = points_add("sched_tick:20ms,any");
	uint64_t end = brg_clock_now_ns() + 30000 * MS;
	volatile unsigned int i;

	while (points_stats(any).passed < 200) {
		assert_true(brg_clock_now_ns() < end);
		for (i = 0; i < 1000000; i++)
			;
	}
	assert_int_equal(points_stats(run).passed, 0);
	assert_int_equal(points_stats(any).acted, 0);
	assert_int_equal(points_stats(any).delayed_ns, 0);
	assert_true(points_stats(any).spared >= 200);
}

/* With a lock held and interrupts off: no longer than the longest delay. */
static void amplifier_atomic_is_short(void **state)
{
	int id = points_add("__wake_up_common:hold=5s,20ms"), fds[2];
	struct brg_amplifier_stats stats;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "", 1), 1);
	stats = points_stats(id);
	assert_true(stats.acted >= 1);
	assert_int_equal(stats.lapsed, stats.acted);
	assert_true(stats.delayed_ns / stats.acted < 1000 * MS);
	close(fds[0]);
	close(fds[1]);
}

/* However often: in the long run a quarter of the time. */
static void amplifier_atomic_is_rare(void **state)
{
	int id = points_add("__wake_up_common:20ms"), fds[2], i;
	uint64_t before = brg_clock_now_ns(), ns;
	struct brg_amplifier_stats stats;
	char byte;

	assert_int_equal(pipe(fds), 0);
	for (i = 0; i < 2000 && !points_stats(id).spared; i++) {
		assert_int_equal(write(fds[1], "", 1), 1);
		assert_int_equal(read(fds[0], &byte, 1), 1);
	}
	stats = points_stats(id);
	ns = brg_clock_now_ns() - before;
	assert_true(stats.acted > 20);
	assert_true(stats.spared > 0);
	assert_true(stats.delayed_ns < ns / 4 + 3000 * MS);
	close(fds[0]);
	close(fds[1]);
}

#define AMPLIFIER_TEST(test)                                                   \
	cmocka_unit_test_setup_teardown(test, points_setup, points_teardown)

static const struct CMUnitTest tests[] = {
	AMPLIFIER_TEST(amplifier_slow_at_entry),
	AMPLIFIER_TEST(amplifier_slow_at_return),
	AMPLIFIER_TEST(amplifier_entry_is_before_and_return_after),
	AMPLIFIER_TEST(amplifier_others_go_on),
	AMPLIFIER_TEST(amplifier_arguments_on_the_stack),
	AMPLIFIER_TEST(amplifier_every_instruction),
	AMPLIFIER_TEST(amplifier_one_caller),
	AMPLIFIER_TEST(amplifier_of_itself),
	AMPLIFIER_TEST(amplifier_interrupts_pass),
	AMPLIFIER_TEST(amplifier_atomic_is_short),
	AMPLIFIER_TEST(amplifier_atomic_is_rare),
};

const struct guest_suite guest_amplifier = GUEST_SUITE(tests);
