// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <errno.h>

#include "../cpu-time.h"

static void busy_time_is_all_but_waiting(void **state)
{
	double busy_s;

	/* user 1, nice 2, system 4, idle 8, iowait 16, irq 32, softirq 64 */
	assert_int_equal(cpu_time_parse("cpu  1 2 4 8 16 32 64 128 0 0\n"
					"cpu0 1 2 4 8 16 32 64 128 0 0\n",
					&busy_s),
			 0);
	assert_near(busy_s, 103 * cpu_time_tick_s());
}

static void other_text_is_refused(void **state)
{
	double busy_s = 7;

	assert_int_equal(cpu_time_parse("", &busy_s), -EBADMSG);
	assert_int_equal(cpu_time_parse("cpu0 1 2 3 4 5 6 7\n", &busy_s),
			 -EBADMSG);
	assert_int_equal(cpu_time_parse("cpu  1 2 3\n", &busy_s), -EBADMSG);
	assert_near(busy_s, 7.0);
}

static void a_window_is_cut_out(void **state)
{
	struct cpu_sample samples[] = { { 10, 100 }, { 11, 101 }, { 13, 101 } };
	const struct cpu_trace trace = { .sample = samples, .nr = 3 };

	assert_near(cpu_trace_busy(&trace, 10, 13), 1.0);
	assert_near(cpu_trace_busy(&trace, 10.5, 12), 0.5);
	assert_near(cpu_trace_busy(&trace, 10.25, 10.75), 0.5);
}

static void a_window_outside_is_unknown(void **state)
{
	struct cpu_sample samples[] = { { 10, 100 }, { 11, 101 } };
	const struct cpu_trace trace = { .sample = samples, .nr = 2 };
	const struct cpu_trace empty = {};

	assert_true(isnan(cpu_trace_busy(&trace, 9, 10.5)));
	assert_true(isnan(cpu_trace_busy(&trace, 10.5, 12)));
	assert_true(isnan(cpu_trace_busy(&empty, 1, 2)));
}

static void this_machine_can_be_sampled(void **state)
{
	struct cpu_trace trace = {};

	for (int i = 0; i < 300; i++)
		assert_int_equal(cpu_trace_sample(&trace), 0);
	assert_int_equal(trace.nr, 300);
	assert_true(trace.sample[299].at_s >= trace.sample[0].at_s);
	assert_true(trace.sample[299].busy_s >= trace.sample[0].busy_s);
	cpu_trace_free(&trace);
	assert_int_equal(trace.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(busy_time_is_all_but_waiting),
		cmocka_unit_test(other_text_is_refused),
		cmocka_unit_test(a_window_is_cut_out),
		cmocka_unit_test(a_window_outside_is_unknown),
		cmocka_unit_test(this_machine_can_be_sampled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
