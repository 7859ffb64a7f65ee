// SPDX-License-Identifier: GPL-2.0-only
/* How fast the host's counter counts, from moments that are made up, and seen. */
#include "vm-test.h"

#include <stdio.h>

#include "tsc.h"

/* 2.6 GHz, 20 ms apart, each moment known to 100 ticks */
static const struct vm_tsc_sample first = { 1000000, 1000100, 7000000 };
static const struct vm_tsc_sample second = { 53000000, 53000100, 27000000 };

static void ticks_over_time(void **state)
{
	(void)state;
	assert_int_equal(vm_tsc_rate(&first, &second), 2600000);
}

static void the_counter_may_be_large(void **state)
{
	struct vm_tsc_sample begin = first, end = second;
	const uint64_t years = 1ull << 62;

	(void)state;
	begin.before += years;
	begin.after += years;
	begin.ns += years;
	end.before += years;
	end.after += years;
	end.ns += years;
	assert_int_equal(vm_tsc_rate(&begin, &end), 2600000);
	/* a host that let the process wait for minutes */
	end.before += 2600000ull * 200000;
	end.after = end.before;
	end.ns += 200000ull * 1000000;
	assert_int_equal(vm_tsc_rate(&begin, &end), 2600000);
}

/* 5,200 ticks are 1 in 10,000: the process was somewhere else meanwhile */
static void a_moment_that_took_long_is_none(void **state)
{
	struct vm_tsc_sample slow = second;

	(void)state;
	slow.after = slow.before + 5000;
	assert_int_equal(vm_tsc_rate(&first, &slow), 2600000);
	slow.after = slow.before + 6000;
	assert_int_equal(vm_tsc_rate(&first, &slow), 0);
	slow = first;
	slow.after = slow.before + 6000;
	assert_int_equal(vm_tsc_rate(&slow, &second), 0);
}

static void clocks_do_not_stand_or_go_back(void **state)
{
	struct vm_tsc_sample other = second;

	(void)state;
	assert_int_equal(vm_tsc_rate(&second, &first), 0);
	assert_int_equal(vm_tsc_rate(&first, &first), 0);
	other.ns = first.ns;
	assert_int_equal(vm_tsc_rate(&first, &other), 0);
	other = first;
	other.ns = second.ns;
	assert_int_equal(vm_tsc_rate(&first, &other), 0);
}

static void a_rate_that_no_counter_has_is_none(void **state)
{
	struct vm_tsc_sample other = second;

	(void)state;
	other.ns = first.ns + 1;
	assert_int_equal(vm_tsc_rate(&first, &other), 0);
}

static void all_have_to_agree(void **state)
{
	static const uint32_t same[] = { 2600000, 2600100, 2599990 };
	static const uint32_t other[] = { 2600000, 2600000, 2600300 };
	static const uint32_t failed[] = { 2600000, 0, 2600000 };
	static const uint32_t none[] = { 0, 0, 0 };

	(void)state;
	assert_int_equal(vm_tsc_agreed(same, 3), 2599990);
	assert_int_equal(vm_tsc_agreed(other, 3), 0);
	assert_int_equal(vm_tsc_agreed(failed, 3), 0);
	assert_int_equal(vm_tsc_agreed(none, 3), 0);
}

/* Not known is an answer; two that differ are none. */
static void this_host_gives_the_same_answer_twice(void **state)
{
	uint32_t khz[2] = { vm_tsc_host_khz(), vm_tsc_host_khz() };

	(void)state;
	printf("# this host: %u kHz, %u kHz\n", khz[0], khz[1]);
	if (khz[0] && khz[1])
		assert_int_not_equal(vm_tsc_agreed(khz, 2), 0);
	for (int i = 0; i < 2; i++)
		assert_true(!khz[i] || (khz[i] > 100000 && khz[i] < 20000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ticks_over_time),
		cmocka_unit_test(the_counter_may_be_large),
		cmocka_unit_test(a_moment_that_took_long_is_none),
		cmocka_unit_test(clocks_do_not_stand_or_go_back),
		cmocka_unit_test(a_rate_that_no_counter_has_is_none),
		cmocka_unit_test(all_have_to_agree),
		cmocka_unit_test(this_host_gives_the_same_answer_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
