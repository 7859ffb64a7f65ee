// SPDX-License-Identifier: GPL-2.0-only
/* Meetings, and what is drawn. */
#include "guest.h"
#include "points.h"

#include <barrage/clock.h>

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MS 1000000ull
#define ROUNDS 50

/* When each side came to a meeting, and when it went on */
static uint64_t came[2][ROUNDS], went[2][ROUNDS];

static void meet_once(int side, int round)
{
	came[side][round] = brg_clock_now_ns();
	syscall(side ? SYS_getpgrp : SYS_getppid);
	went[side][round] = brg_clock_now_ns();
}

static void *meet_often(void *arg)
{
	int side = arg != NULL, i;

	for (i = 0; i < ROUNDS; i++) {
		/* one is late as often as the other */
		if ((i & 1) == side)
			brg_clock_sleep_ns(i * 200000ull);
		meet_once(side, i);
	}
	return NULL;
}

static void amplifier_two_meet(void **state)
{
	pthread_t thread;
	int ids[2], i;

	ids[0] = points_add("__x64_sys_getppid:0us,meet=3a,wait=5s");
	ids[1] = points_add("__x64_sys_getpgrp+return:0us,meet=3b,wait=5s");
	assert_int_equal(pthread_create(&thread, NULL, meet_often, ids), 0);
	meet_often(NULL);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(points_stats(ids[i]).acted, ROUNDS);
		assert_int_equal(points_stats(ids[i]).met, ROUNDS);
		assert_int_equal(points_stats(ids[i]).lapsed, 0);
		assert_int_equal(points_stats(ids[i]).waiting, 0);
	}
	for (i = 0; i < ROUNDS; i++) {
		assert_true(went[0][i] > came[1][i]);
		assert_true(went[1][i] > came[0][i]);
	}
}

static void *come_alone(void *arg)
{
	meet_once(0, 0);
	return arg;
}

static void amplifier_one_side_does_not_wait(void **state)
{
	int waits = points_add("__x64_sys_getppid:0us,meet=0a,wait=5s");
	int passes = points_add("__x64_sys_getpgrp:0us,meet=0b");
	pthread_t thread;

	syscall(SYS_getpgrp);
	assert_int_equal(points_stats(passes).acted, 1);
	assert_int_equal(points_stats(passes).met, 0);
	assert_int_equal(points_stats(passes).lapsed, 0);
	assert_int_equal(pthread_create(&thread, NULL, come_alone, NULL), 0);
	points_await(waits);
	syscall(SYS_getpgrp);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(points_stats(passes).met, 1);
	assert_int_equal(points_stats(waits).met, 1);
	assert_int_equal(points_stats(waits).lapsed, 0);
}

static void amplifier_other_meetings_do_not_count(void **state)
{
	int waits = points_add("__x64_sys_getppid:0us,meet=1a,wait=5s");
	int other = points_add("__x64_sys_getpgrp:0us,meet=2b");
	int same_side = points_add("__x64_sys_getuid:0us,meet=1a");
	int right = points_add("__x64_sys_getgid:0us,meet=1b");
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, come_alone, NULL), 0);
	points_await(waits);
	syscall(SYS_getpgrp);
	syscall(SYS_getuid);
	assert_int_equal(points_stats(other).acted, 1);
	assert_int_equal(points_stats(other).met, 0);
	assert_int_equal(points_stats(same_side).acted, 1);
	assert_int_equal(points_stats(same_side).met, 0);
	assert_int_equal(points_stats(waits).waiting, 1);
	syscall(SYS_getgid);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(points_stats(right).met, 1);
	assert_int_equal(points_stats(waits).lapsed, 0);
}

static void amplifier_a_wait_ends(void **state)
{
	int meet = points_add("__x64_sys_getppid:0us,meet=0a,wait=30ms");
	int hold = points_add("__x64_sys_getpgrp:hold=40ms");
	uint64_t before = brg_clock_now_ns();

	syscall(SYS_getppid);
	assert_true(brg_clock_now_ns() - before >= 30 * MS);
	assert_int_equal(points_stats(meet).lapsed, 1);
	assert_int_equal(points_stats(meet).met, 0);
	before = brg_clock_now_ns();
	syscall(SYS_getpgrp);
	assert_true(brg_clock_now_ns() - before >= 40 * MS);
	assert_int_equal(points_stats(hold).lapsed, 1);
	/* a release is not for those who come later */
	points_release(hold);
	syscall(SYS_getpgrp);
	assert_int_equal(points_stats(hold).lapsed, 2);
}

static void amplifier_a_delay_after_a_meeting(void **state)
{
	uint64_t before = brg_clock_now_ns();

	points_add("__x64_sys_getppid:20ms,meet=0a,wait=20ms");
	syscall(SYS_getppid);
	assert_true(brg_clock_now_ns() - before >= 40 * MS);
}

static void pass(int nr)
{
	while (nr--)
		syscall(SYS_getppid);
}

static void amplifier_after_and_most(void **state)
{
	int id = points_add("__x64_sys_getppid:0us,after=7,most=5");

	pass(7);
	assert_int_equal(points_stats(id).acted, 0);
	pass(1);
	assert_int_equal(points_stats(id).acted, 1);
	pass(20);
	assert_int_equal(points_stats(id).acted, 5);
	assert_int_equal(points_stats(id).passed, 28);
}

/* Which of the first passings act, as bits */
static uint64_t drawn(const char *what)
{
	int id = points_add("__x64_sys_getppid:%s", what), i;
	uint64_t bits = 0, before = 0, now;

	for (i = 0; i < 64; i++) {
		pass(1);
		now = points_stats(id).acted;
		bits |= (now - before) << i;
		before = now;
	}
	points_clear();
	return bits;
}

static void amplifier_same_seed_same_draws(void **state)
{
	uint64_t first = drawn("0us/0.5,seed=1");
	int nr = __builtin_popcountll(first);

	assert_true(drawn("0us/0.5,seed=1") == first);
	assert_true(drawn("0us/0.5,seed=2") != first);
	assert_true(nr > 16 && nr < 48);
	assert_true(drawn("0us/0") == 0);
	assert_true(drawn("0us/1") == UINT64_MAX);
}

static void amplifier_delays_vary(void **state)
{
	int id = points_add("__x64_sys_getppid:1..20ms,seed=5"), i;
	uint64_t least = UINT64_MAX, most = 0, sum = 0, ns;

	for (i = 0; i < 40; i++) {
		ns = points_stats(id).delayed_ns;
		pass(1);
		ns = points_stats(id).delayed_ns - ns;
		least = ns < least ? ns : least;
		most = ns > most ? ns : most;
		sum += ns;
	}
	assert_true(least >= 1 * MS && least < 6 * MS);
	assert_true(most > 15 * MS);
	assert_true(sum > 40 * 6 * MS);
}

#define AMPLIFIER_TEST(test)                                                   \
	cmocka_unit_test_setup_teardown(test, points_setup, points_teardown)

static const struct CMUnitTest tests[] = {
	AMPLIFIER_TEST(amplifier_two_meet),
	AMPLIFIER_TEST(amplifier_one_side_does_not_wait),
	AMPLIFIER_TEST(amplifier_other_meetings_do_not_count),
	AMPLIFIER_TEST(amplifier_a_wait_ends),
	AMPLIFIER_TEST(amplifier_a_delay_after_a_meeting),
	AMPLIFIER_TEST(amplifier_after_and_most),
	AMPLIFIER_TEST(amplifier_same_seed_same_draws),
	AMPLIFIER_TEST(amplifier_delays_vary),
};

const struct guest_suite guest_amplifier_meet = GUEST_SUITE(tests);
