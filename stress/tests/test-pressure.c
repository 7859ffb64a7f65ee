// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel says of its memory, read */
#include "../../tests/unit/test.h"

#include "../engine/pressure.h"

static void numbers_are_found(void **state)
{
	static const char text[] = "MemTotal:        1011088 kB\n"
				   "MemFree:          800000 kB\n"
				   "Active(file):       1234 kB\n"
				   "Inactive(file):       56 kB\n"
				   "pgsteal_file_more 9\n"
				   "pgsteal_file 77\n"
				   "last 5";

	assert_int_equal(pressure_find(text, "MemTotal:"), 1011088);
	assert_int_equal(pressure_find(text, "MemFree:"), 800000);
	assert_int_equal(pressure_find(text, "Active(file):"), 1234);
	assert_int_equal(pressure_find(text, "Inactive(file):"), 56);
	assert_int_equal(pressure_find(text, "pgsteal_file"), 77);
	assert_int_equal(pressure_find(text, "last"), 5);
	assert_int_equal(pressure_find(text, "none"), 0);
	assert_int_equal(pressure_find("", "none"), 0);
}

/* on this machine, which says what all do */
static void there_is_memory(void **state)
{
	assert_true(pressure_available() > 0);
	assert_true(pressure_cached() > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_found),
		cmocka_unit_test(there_is_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
