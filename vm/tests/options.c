// SPDX-License-Identifier: GPL-2.0-only
#include "vm-test.h"

#include <errno.h>

#include "../options.h"

static int parse(struct vm_options *options, const char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return vm_options_parse(argc, (char **)argv, options);
}

static void kernel_parameters_add_up(void **state)
{
	const char *argv[] = { "run",	  "--topology", "t",	     "--kernel",
			       "k",	  "--append",	"one=1 two", "--append",
			       "three=3", "--",		"true",	     NULL };
	struct vm_options options;

	assert_int_equal(parse(&options, argv), 0);
	assert_string_equal(options.append.data, "one=1 two three=3");
	assert_string_equal(options.command[0], "true");
	vm_options_free(&options);
}

static void without_any_there_are_none(void **state)
{
	const char *argv[] = { "run", "--topology", "t", "--kernel",
			       "k",   "true",	    NULL };
	struct vm_options options;

	assert_int_equal(parse(&options, argv), 0);
	assert_null(options.append.data);
	vm_options_free(&options);
}

static void what_is_missing_is_refused(void **state)
{
	const char *no_kernel[] = { "run", "--topology", "t", "true", NULL };
	const char *no_command[] = { "run",	 "--topology", "t",
				     "--kernel", "k",	       NULL };
	const char *no_name[] = { "run",      "--topology", "t",
				  "--kernel", "k",	    "--env",
				  "=value",   "true",	    NULL };
	struct vm_options options;

	assert_int_equal(parse(&options, no_kernel), -EINVAL);
	vm_options_free(&options);
	assert_int_equal(parse(&options, no_command), -EINVAL);
	vm_options_free(&options);
	assert_int_equal(parse(&options, no_name), -EINVAL);
	vm_options_free(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_parameters_add_up),
		cmocka_unit_test(without_any_there_are_none),
		cmocka_unit_test(what_is_missing_is_refused),
	};

	return cmocka_run_group_tests_name("vm-options", tests, NULL, NULL);
}
