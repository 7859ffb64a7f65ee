// SPDX-License-Identifier: GPL-2.0-only
/*
 * One program with every test of the kernel, so that one boot runs them all:
 *
 *	guest-tests [--GROUP] [--list] [NAME...]
 *
 * Groups: resets and slots need the machine "reset", dmabufs the machine of that
 * name, dmabufs, amplifier and defects, which are those of Linux without the series,
 * the modules of kernel/modules, without-pages a kernel without ZONE_DEVICE. Names
 * may hold wildcards. TAP.
 */
#include "fixture.h"
#include "guest.h"

#include <fnmatch.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_TESTS 512
#define EXIT_HARNESS 99

static const struct guest_suite *const common[] = {
	&guest_arguments,
	&guest_registration,
	&guest_exclusion,
	&guest_memory,
	&guest_io,
	&guest_teardown_suite,
	&guest_pins,
	&guest_kinds,
	&guest_kinds_dmabuf,
	&guest_kinds_direct,
	&guest_kinds_revoke,
	&guest_ownership,
	&guest_bars,
	&guest_providers,
	&guest_bar_map,
	&guest_dmabuf_holders,
	&guest_dmabuf_name,
	&guest_dmabuf_file,
	&guest_dmabuf_map,
	&guest_dmabuf_revoke,
	&guest_dmabuf_memattr,
	&guest_pages_export,
	&guest_pages_io,
	&guest_pages_maps,
	&guest_pages_faults,
	&guest_pages_ends,
	&guest_pages_revoke,
	&guest_pages_races,
	&guest_pages_reset,
	&guest_growth,
	NULL,
};

static const struct guest_suite *const resets[] = {
	&guest_reset_idle,
	&guest_reset_pins,
	&guest_reset_epoch,
	&guest_reset_driver,
	&guest_reset_slot,
	&guest_reset_off,
	&guest_reset_registers,
	&guest_reset_frozen,
	&guest_reset_power,
	&guest_reset_error,
	&guest_reset_deadlock,
	&guest_reset_errors,
	&guest_reset_closed,
	&guest_reset_vf,
	NULL,
};

static const struct guest_suite *const slots[] = {
	&guest_reset_unplug,
	NULL,
};

static const struct guest_suite *const defects[] = {
	&guest_defects_dmabuf,
	&guest_defects_name,
	&guest_defects_file,
	&guest_defects_mmap,
	&guest_defects_p2pdma,
	&guest_defects_often,
	NULL,
};

/* not with the others: the emulated machine may hang, see docs/kernel-series.md */
static const struct guest_suite *const lost_bars[] = {
	&guest_defects_bars,
	NULL,
};

static const struct guest_suite *const dmabufs[] = {
	&guest_importer_dma,
	&guest_importer_attach,
	&guest_importer_revoke,
	&guest_importer_slow,
	&guest_importer_stale,
	&guest_importer_ends,
	&guest_importer_faults,
	&guest_importer_fences,
	&guest_importer_races,
	&guest_ioas_dma,
	&guest_ioas_revoke,
	&guest_ioas_order,
	&guest_ioas_busy,
	&guest_ioas_input,
	&guest_importer_input,
	&guest_verbs_host,
	&guest_verbs_data,
	&guest_verbs_inputs,
	&guest_rules_remove,
	&guest_rules_dmabuf,
	&guest_rules_pages,
	&guest_export_input,
	&guest_verbs_refused,
	&guest_verbs_revoke,
	&guest_verbs_races,
	&guest_verbs_apart,
	&guest_verbs_ends,
	NULL,
};

static const struct guest_suite *const amplifier[] = {
	&guest_amplifier,
	&guest_amplifier_whom,
	&guest_amplifier_meet,
	&guest_amplifier_race,
	&guest_amplifier_ends,
	&guest_bar_map_race,
	NULL,
};

static const struct guest_suite *const without_pages[] = {
	&guest_bar_map,
	&guest_without_pages,
	NULL,
};

static const struct group {
	const char *option;
	const struct guest_suite *const *suites;
} groups[] = {
	{ "--resets", resets },
	{ "--slots", slots },
	{ "--defects", defects },
	{ "--lost-bars", lost_bars },
	{ "--dmabufs", dmabufs },
	{ "--amplifier", amplifier },
	{ "--without-pages", without_pages },
};

static const struct guest_suite *const *find_group(const char *option)
{
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strcmp(groups[i].option, option))
			return groups[i].suites;
	return NULL;
}

static bool is_wanted(const char *name, char **patterns)
{
	if (!*patterns)
		return true;
	for (; *patterns; patterns++)
		if (!fnmatch(*patterns, name, 0))
			return true;
	return false;
}

static int usage(void)
{
	size_t i;

	fprintf(stderr, "guest-tests [GROUP] [--list] [NAME...], groups:");
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		fprintf(stderr, " %s", groups[i].option);
	fprintf(stderr, "\n");
	return EXIT_HARNESS;
}

int main(int argc, char **argv)
{
	const struct guest_suite *const *suites = common;
	struct CMUnitTest tests[MAX_TESTS];
	const char *left;
	size_t i, nr = 0;
	bool list = false;
	int failed;

	for (; *++argv && !strncmp(*argv, "--", 2);) {
		if (!strcmp(*argv, "--list"))
			list = true;
		else
			suites = find_group(*argv);
		if (!suites)
			return usage();
	}
	for (; *suites; suites++)
		for (i = 0; i < (*suites)->nr && nr < MAX_TESTS; i++)
			if (is_wanted((*suites)->tests[i].name, argv))
				tests[nr++] = (*suites)->tests[i];
	if (*suites || nr == MAX_TESTS) {
		fprintf(stderr, "guest-tests: more than %d tests\n",
			MAX_TESTS - 1);
		return EXIT_HARNESS;
	}
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
	failed = _cmocka_run_group_tests("guest", tests, nr, NULL, NULL);
	left = fixture_finish();
	if (left)
		fprintf(stderr, "guest-tests: after the last test: %s\n", left);
	return failed || left ? 1 : 0;
}
