// SPDX-License-Identifier: GPL-2.0-only
/* What races change for the whole machine is as it was when they have ended. */
#include "../../tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* below the folder that the test is in */
#define DEBUGFS ""
#include "../engine/fail-nth.c"

static char folder[] = "/tmp/barrage-fail-nth-XXXXXX";

static int make_folder(void **state)
{
	return !mkdtemp(folder) || chdir(folder) || mkdir("failslab", 0700) ||
	       mkdir("fail_page_alloc", 0700);
}

static int remove_folder(void **state)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") || system(command);
}

static void write_to(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void expect(const char *path, const char *text)
{
	char is[64];

	text_file_read(path, is, sizeof(is));
	assert_string_equal(is, text);
}

static void what_is_changed_comes_back(void **state)
{
	struct fail_nth_kept kept;
	char text[24];

	/* the first is one that this kernel does not have */
	for (unsigned int i = 1; i < FAIL_NTH_NR_FILES; i++) {
		snprintf(text, sizeof(text), "%#018x\n", i);
		write_to(fail_nth_files[i], text);
	}
	fail_nth_keep(&kept);
	widen();
	/* a file that is none of the kernel's keeps the rest of what stood there */
	expect("fail_page_alloc/ignore-gfp-wait", "Nx0000000000000004");
	fail_nth_restore(&kept);
	for (unsigned int i = 1; i < FAIL_NTH_NR_FILES; i++) {
		snprintf(text, sizeof(text), "%#018x", i);
		expect(fail_nth_files[i], text);
	}
	assert_int_not_equal(access(fail_nth_files[0], F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_changed_comes_back),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
