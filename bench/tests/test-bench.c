// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <errno.h>
#include <string.h>

#include <barrage/log.h>

#include "../bench.h"

static const int skips[] = { -EOPNOTSUPP, -ENODEV, -ENOTTY };

static void what_a_machine_has_not_is_a_skip(void **state)
{
	for (size_t i = 0; i < sizeof(skips) / sizeof(*skips); i++)
		assert_int_equal(bench_status_of(skips[i]), BENCH_SKIP);
	assert_int_equal(bench_status_of(-EACCES), BENCH_ERROR);
	assert_int_equal(bench_status_of(-EPROTO), BENCH_FAIL);
}

static void what_has_worked_is_none(void **state)
{
	for (size_t i = 0; i < sizeof(skips) / sizeof(*skips); i++) {
		int ret = brg_fail(skips[i], "card0: it went away");

		ret = bench_has_worked(ret);
		assert_int_equal(bench_status_of(ret), BENCH_FAIL);
		assert_non_null(
			strstr(brg_last_error(), "card0: it went away"));
	}
}

static void other_ends_stay_what_they_are(void **state)
{
	static const int errs[] = { 0, -EINTR, -ENOMEM, -EXDEV };

	for (size_t i = 0; i < sizeof(errs) / sizeof(*errs); i++) {
		brg_fail(errs[i], "as it was");
		assert_int_equal(bench_has_worked(errs[i]), errs[i]);
		assert_string_equal(brg_last_error(), "as it was");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_machine_has_not_is_a_skip),
		cmocka_unit_test(what_has_worked_is_none),
		cmocka_unit_test(other_ends_stay_what_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
