// SPDX-License-Identifier: GPL-2.0-only
#define BRG_LOG_PREFIX "subject"
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

static char seen[2048];
static int nr_seen;

static void sink(enum brg_log_level level, const char *line, void *arg)
{
	assert_ptr_equal(arg, seen);
	strcpy(seen, line);
	nr_seen++;
}

static int setup(void **state)
{
	seen[0] = '\0';
	nr_seen = 0;
	brg_clear_error();
	brg_log_set_level(BRG_LOG_INFO);
	brg_log_set_sink(sink, seen);
	return 0;
}

static int teardown(void **state)
{
	brg_log_set_sink(NULL, NULL);
	return 0;
}

static void a_line_carries_program_subject_and_level(void **state)
{
	brg_info("%d devices", 3);
	assert_string_equal(seen, "barrage: subject: 3 devices");
	brg_warn("careful");
	assert_string_equal(seen, "barrage: warning: subject: careful");
}

static void a_level_hides_what_is_less_grave(void **state)
{
	brg_debug("details");
	assert_int_equal(nr_seen, 0);
	brg_log_set_level(BRG_LOG_DEBUG);
	brg_debug("details");
	assert_int_equal(nr_seen, 1);
	brg_log_set_level(BRG_LOG_QUIET);
	brg_error("anything");
	assert_int_equal(nr_seen, 1);
}

static void a_failure_is_recorded_and_not_shown(void **state)
{
	assert_int_equal(brg_fail(-EBUSY, "%s: held", "0000:01:00.0"), -EBUSY);
	assert_string_equal(brg_last_error(), "0000:01:00.0: held");
	assert_int_equal(nr_seen, 0);
}

static void a_failure_may_quote_the_one_before(void **state)
{
	brg_fail(-EIO, "inner");
	brg_fail(-EIO, "outer: %s", brg_last_error());
	assert_string_equal(brg_last_error(), "outer: inner");
}

static void one_message_is_one_line(void **state)
{
	brg_info("first\nsecond\rthird");
	assert_null(strchr(seen, '\n'));
	assert_null(strchr(seen, '\r'));
	brg_fail(-EIO, "first\nsecond");
	assert_string_equal(brg_last_error(), "first second");
}

static void a_long_message_is_cut(void **state)
{
	char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	brg_fail(-EIO, "%s", text);
	assert_in_range(strlen(brg_last_error()), 500, sizeof(text) - 1);
	brg_info("%s", text);
	assert_in_range(strlen(seen), 500, sizeof(seen) - 1);
}

static void *fail_elsewhere(void *arg)
{
	assert_string_equal(brg_last_error(), "");
	brg_fail(-EIO, "of the other thread");
	return NULL;
}

static void the_last_error_is_the_threads_own(void **state)
{
	pthread_t thread;

	brg_fail(-EIO, "mine");
	assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, NULL),
			 0);
	pthread_join(thread, NULL);
	assert_string_equal(brg_last_error(), "mine");
}

static void no_failure_is_an_empty_line(void **state)
{
	brg_fail(-EIO, "something");
	brg_clear_error();
	assert_string_equal(brg_last_error(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_line_carries_program_subject_and_level, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_level_hides_what_is_less_grave, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_failure_is_recorded_and_not_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_failure_may_quote_the_one_before, setup, teardown),
		cmocka_unit_test_setup_teardown(one_message_is_one_line, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_long_message_is_cut, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			the_last_error_is_the_threads_own, setup, teardown),
		cmocka_unit_test_setup_teardown(no_failure_is_an_empty_line,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
