// SPDX-License-Identifier: GPL-2.0-only
/* What QEMU says of itself: asked once, and told to the command. */
#include "vm-test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "qemu.h"
#include "run-env.h"
#include "text.h"

static char folder[] = "/tmp/vm-test-qemu-XXXXXX";

/* Adds a line to "asked" each time. */
static int set_up(void **state)
{
	char *path, *program;
	FILE *f;

	assert_non_null(mkdtemp(folder));
	path = vm_strf("%s/qemu", folder);
	program = vm_strf("#!/bin/sh\n"
			  "echo again >> %s/asked\n"
			  "echo 'QEMU emulator version 10.0.2 (a package)'\n"
			  "echo 'Copyright'\n",
			  folder);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(program, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0755), 0);
	setenv("BARRAGE_QEMU", path, 1);
	free(program);
	free(path);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "qemu", "asked" };

	for (size_t i = 0; i < VM_ARRAY_SIZE(names); i++) {
		char *path = vm_strf("%s/%s", folder, names[i]);

		unlink(path);
		free(path);
	}
	return rmdir(folder);
}

static void it_is_asked_once(void **state)
{
	char *path = vm_strf("%s/asked", folder);
	struct vm_buf buf = { 0 };

	assert_string_equal(vm_qemu_version(), "10.0.2 (a package)");
	assert_true(vm_qemu_has_x2apic());
	assert_string_equal(vm_qemu_version(), "10.0.2 (a package)");
	assert_int_equal(vm_read_file(path, 64, &buf), 0);
	assert_string_equal(buf.data, "again\n");
	vm_buf_free(&buf);
	free(path);
}

static void the_command_is_told(void **state)
{
	static char any[] = "any";
	struct vm_topology topology = { .name = "t" };
	struct vm_kernel kernel = {
		.flavour = any,
		.version = any,
		.hash = any,
		.series_hash = any,
		.test_only_hash = any,
		.mutants_hash = any,
		.config_hash = any,
	};
	struct vm_machine machine = {
		.topology = &topology,
		.kernel = &kernel,
		.qemu = vm_qemu_version(),
	};
	struct vm_options options = { 0 };
	struct vm_strv env = { 0 };
	char *lines;

	vm_run_env(&options, &machine, &env);
	lines = vm_strv_join(&env, "\n");
	assert_contains(lines, "BARRAGE_QEMU_VERSION=10.0.2 (a package)\n");
	free(lines);
	vm_strv_free(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_asked_once),
		cmocka_unit_test(the_command_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
