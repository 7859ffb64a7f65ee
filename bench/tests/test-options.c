// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <stdlib.h>

#include "../options.h"

static void parse(char *option, char *value, struct bench_options *options)
{
	static char name[] = "barrage-bench";
	char *argv[] = { name, option, value, NULL };

	options_parse(option ? 3 : 1, argv, options);
}

static int setup(void **state)
{
	return unsetenv("BARRAGE_RDMA") || unsetenv("BARRAGE_PROVIDER") ||
	       unsetenv("BARRAGE_EDU");
}

static void an_empty_variable_names_no_device(void **state)
{
	struct bench_options options;

	setenv("BARRAGE_RDMA", "", 1);
	setenv("BARRAGE_PROVIDER", "", 1);
	setenv("BARRAGE_EDU", "", 1);
	parse(NULL, NULL, &options);
	assert_null(options.rdma);
	assert_string_equal(options.device, "");
	assert_string_equal(options.importer, "");
}

static void an_option_outweighs_a_variable(void **state)
{
	static char option[] = "--rdma", value[] = "mlx5_1";
	struct bench_options options;

	setenv("BARRAGE_RDMA", "mlx5_0", 1);
	parse(NULL, NULL, &options);
	assert_string_equal(options.rdma, "mlx5_0");
	parse(option, value, &options);
	assert_string_equal(options.rdma, "mlx5_1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_empty_variable_names_no_device,
				       setup),
		cmocka_unit_test_setup(an_option_outweighs_a_variable, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
