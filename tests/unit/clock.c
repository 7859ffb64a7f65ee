// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <barrage/clock.h>

#include <limits.h>
#include <stdlib.h>

static void time_goes_on(void **state)
{
	uint64_t before = brg_clock_now_ns();

	brg_clock_sleep_ns(2000000);
	assert_true(brg_clock_now_ns() - before >= 2000000);
}

static void cpu_time_counts_work(void **state)
{
	uint64_t before = brg_clock_cpu_ns();
	volatile unsigned int i;

	for (i = 0; i < 1000000; i++)
		;
	assert_true(brg_clock_cpu_ns() > before);
}

static void the_kind_follows_the_environment(void **state)
{
	unsetenv("BARRAGE_CLOCK");
	assert_int_equal(brg_clock_kind(), BRG_CLOCK_WALL);
	setenv("BARRAGE_CLOCK", "icount", 1);
	assert_int_equal(brg_clock_kind(), BRG_CLOCK_ICOUNT);
	assert_string_equal(brg_clock_kind_name(brg_clock_kind()), "icount");
	setenv("BARRAGE_CLOCK", "wall", 1);
	assert_string_equal(brg_clock_kind_name(brg_clock_kind()), "wall");
}

static void a_deadline_that_passed_has_nothing_left(void **state)
{
	assert_int_equal(brg_clock_left_ms(0), 0);
	assert_int_equal(brg_clock_left_ms(brg_clock_now_ns()), 0);
}

static void what_is_left_is_rounded_up(void **state)
{
	int left = brg_clock_left_ms(brg_clock_now_ns() + 10000000000ull);

	assert_in_range(left, 9000, 10000);
	assert_true(brg_clock_left_ms(brg_clock_now_ns() + 900000) <= 1);
	assert_int_equal(brg_clock_left_ms(UINT64_MAX), INT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_goes_on),
		cmocka_unit_test(cpu_time_counts_work),
		cmocka_unit_test(the_kind_follows_the_environment),
		cmocka_unit_test(a_deadline_that_passed_has_nothing_left),
		cmocka_unit_test(what_is_left_is_rounded_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
