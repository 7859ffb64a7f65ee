// SPDX-License-Identifier: GPL-2.0-only
/* The last lines of much */
#include "../../tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tail.h"

static void few_lines_are_all_there(void **state)
{
	struct tail tail = {};

	tail_add(&tail, "one");
	tail_add(&tail, "");
	tail_add(&tail, "three");
	assert_string_equal(tail.text, "one\n\nthree\n");
	assert_int_equal(tail.used, strlen(tail.text));
	tail_free(&tail);
	assert_null(tail.text);
}

/* each is whole, and none is missing between the first and the last */
static void of_many_the_last_are_there(void **state)
{
	unsigned int number = 0, of_line = 0, nr = 0;
	struct tail tail = {};
	char line[2000], *at;

	while (number < 4 * TAIL_BYTES / sizeof(line)) {
		snprintf(line, sizeof(line), "line %u %1950s", ++number, "");
		tail_add(&tail, line);
		assert_true(tail.used < 2 * TAIL_BYTES);
	}
	assert_int_equal(tail.used, strlen(tail.text));
	assert_true(tail.used >= TAIL_BYTES);
	assert_int_equal(*tail.text, '(');
	for (at = strchr(tail.text, '\n') + 1; *at; at = strchr(at, '\n') + 1) {
		unsigned int last = of_line;

		assert_memory_equal(at, "line ", 5);
		of_line = (unsigned int)strtoul(at + 5, NULL, 10);
		assert_true(!nr++ || of_line == last + 1);
	}
	assert_int_equal(of_line, number);
	tail_free(&tail);
}

static void a_long_line_is_cut(void **state)
{
	static char line[3 * TAIL_BYTES];
	struct tail tail = {};

	memset(line, 'x', sizeof(line) - 1);
	for (int i = 0; i < 10; i++)
		tail_add(&tail, line);
	assert_true(tail.used < 2 * TAIL_BYTES);
	assert_int_equal(tail.text[tail.used - 1], '\n');
	tail_free(&tail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_lines_are_all_there),
		cmocka_unit_test(of_many_the_last_are_there),
		cmocka_unit_test(a_long_line_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
