// SPDX-License-Identifier: GPL-2.0-only
/*
 * One program with every test of the kernel, so that one boot runs them all:
 * guest-tests [--list] [NAME...], where names may hold wildcards. TAP.
 */
#include "guest.h"

#include <fnmatch.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_TESTS 256
#define EXIT_HARNESS 99

static const struct guest_suite *const suites[] = {
	&guest_arguments, &guest_registration, &guest_exclusion,
	&guest_memory,	  &guest_io,	       &guest_teardown_suite,
	&guest_pins,	  &guest_kinds,	       &guest_ownership,
	&guest_growth,
};

static bool is_wanted(const char *name, char **patterns)
{
	if (!*patterns)
		return true;
	for (; *patterns; patterns++)
		if (!fnmatch(*patterns, name, 0))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[MAX_TESTS];
	bool list = argc > 1 && !strcmp(argv[1], "--list");
	size_t s, i, nr = 0;

	for (s = 0; s < sizeof(suites) / sizeof(suites[0]); s++)
		for (i = 0; i < suites[s]->nr && nr < MAX_TESTS; i++)
			if (is_wanted(suites[s]->tests[i].name,
				      argv + 1 + list))
				tests[nr++] = suites[s]->tests[i];
	for (i = 0; list && i < nr; i++)
		printf("%s\n", tests[i].name);
	if (list)
		return 0;
	if (!nr) {
		fprintf(stderr, "guest-tests: no test has such a name: "
				"guest-tests --list shows them\n");
		return EXIT_HARNESS;
	}
	if (geteuid()) {
		fprintf(stderr, "guest-tests: root is needed; this is meant "
				"for the emulated machine\n");
		return EXIT_HARNESS;
	}
	/* what was printed so far is of use when the machine is reset */
	setvbuf(stdout, NULL, _IOLBF, 0);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("guest", tests, nr, NULL, NULL) ? 1 : 0;
}
