// SPDX-License-Identifier: GPL-2.0-only
/* Which kernel it is, by what its linker has left */
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/env.h>
#include <barrage/note.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

static unsigned char notes[4096];
static size_t nr_bytes;

/* without what pads it to four bytes: @name and @size decide */
static void add_note(const char *name, uint32_t type, const void *content,
		     uint32_t size)
{
	const uint32_t head[] = { (uint32_t)strlen(name) + 1, size, type };

	memcpy(notes + nr_bytes, head, sizeof(head));
	nr_bytes += sizeof(head);
	memcpy(notes + nr_bytes, name, head[0]);
	nr_bytes += (head[0] + 3) & ~3u;
	memcpy(notes + nr_bytes, content, size);
	nr_bytes += (size + 3) & ~3u;
}

static const unsigned char id[] = { 0xe4, 0xf1, 0x8d, 0x0d, 0xc1, 0xd0, 0xe6,
				    0xfc, 0x2b, 0x17, 0xe9, 0x3e, 0x88, 0x5a,
				    0x64, 0x7b, 0x3c, 0x0a, 0x6f, 0xc1 };

/* as kernels have them: its own is among others, of other owners and types */
static void add_all(void)
{
	memset(notes, 0, sizeof(notes));
	nr_bytes = 0;
	add_note("Linux", 0x101, "\1", 1);
	add_note("Xen", 3, "linux", 6);
	add_note("GNU", 1, "version", 7);
	add_note("GNU", 3, id, sizeof(id));
	add_note("GNU", 3, "another", 8);
}

static void leave_notes(void)
{
	FILE *file;

	fake_file("kernel/notes", "");
	file = fopen(fake_path("kernel/notes"), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(notes, 1, nr_bytes, file), nr_bytes);
	assert_int_equal(fclose(file), 0);
}

static void a_kernel_says_which_it_is(void **state)
{
	struct brg_env env;

	add_all();
	leave_notes();
	brg_env_read(&env);
	assert_string_equal(env.build_id,
			    "e4f18d0dc1d0e6fc2b17e93e885a647b3c0a6fc1");
}

static void one_that_does_not_is_none(void **state)
{
	struct brg_env env;

	brg_env_read(&env);
	assert_string_equal(env.build_id, "none");
	nr_bytes = 0;
	add_note("Linux", 0x101, "\1", 1);
	leave_notes();
	brg_env_read(&env);
	assert_string_equal(env.build_id, "none");
}

static void what_is_cut_off_is_not_read(void **state)
{
	char text[64] = "as it was";

	add_all();
	for (size_t size = 0; size < nr_bytes; size++) {
		int ret = brg_note_build_id(notes, size, text, sizeof(text));

		assert_true(ret == 0 || ret == -ENOENT);
		if (ret)
			assert_string_equal(text, "as it was");
		else
			break;
	}
	assert_memory_equal(text, "e4f1", 4);
	/* a name, and contents, of more than there can be */
	memset(notes, 0xff, 12);
	assert_int_equal(brg_note_build_id(notes, nr_bytes, text, sizeof(text)),
			 -ENOENT);
}

static void it_is_cut_to_fit(void **state)
{
	char text[6];

	add_all();
	assert_int_equal(brg_note_build_id(notes, nr_bytes, text, sizeof(text)),
			 0);
	assert_string_equal(text, "e4f1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAKE_SYSFS_TEST(a_kernel_says_which_it_is),
		FAKE_SYSFS_TEST(one_that_does_not_is_none),
		cmocka_unit_test(what_is_cut_off_is_not_read),
		cmocka_unit_test(it_is_cut_to_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
