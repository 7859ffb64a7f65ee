// SPDX-License-Identifier: GPL-2.0-only
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/sysfs.h>

#include <errno.h>
#include <stdlib.h>

static void text_loses_its_newline(void **state)
{
	char text[32];

	fake_file("a/b", "value\n");
	assert_int_equal(brg_sysfs_read(text, sizeof(text), "%s/b", "a"), 0);
	assert_string_equal(text, "value");
}

static void text_is_cut_to_fit(void **state)
{
	char text[4];

	fake_file("long", "0123456789\n");
	assert_int_equal(brg_sysfs_read(text, sizeof(text), "long"), 0);
	assert_string_equal(text, "012");
}

static void what_is_missing_is_enoent(void **state)
{
	char text[8];

	assert_int_equal(brg_sysfs_read(text, sizeof(text), "nothing"),
			 -ENOENT);
	assert_int_equal(brg_sysfs_write("x", "nothing"), -ENOENT);
	assert_int_equal(brg_sysfs_link(text, sizeof(text), "nothing"),
			 -ENOENT);
}

static void numbers_come_in_c_notation(void **state)
{
	uint64_t value;

	fake_file("n", "0x1de\n");
	assert_int_equal(brg_sysfs_read_u64(&value, "n"), 0);
	assert_int_equal(value, 0x1de);
	fake_file("n", "4096\n");
	assert_int_equal(brg_sysfs_read_u64(&value, "n"), 0);
	assert_int_equal(value, 4096);
}

static void what_is_no_number_is_refused_and_changes_nothing(void **state)
{
	static const char *const bad[] = { "", "\n", "12z", "zero",
					   "99999999999999999999999" };
	uint64_t value = 7;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fake_file("n", bad[i]);
		assert_int_equal(brg_sysfs_read_u64(&value, "n"), -EINVAL);
		assert_int_equal(value, 7);
	}
}

static void a_link_gives_its_last_part(void **state)
{
	char name[16];

	fake_link("driver", "../../bus/pci/drivers/nvme");
	assert_int_equal(brg_sysfs_link(name, sizeof(name), "driver"), 0);
	assert_string_equal(name, "nvme");
	fake_link("short", "vfio-pci");
	assert_int_equal(brg_sysfs_link(name, sizeof(name), "short"), 0);
	assert_string_equal(name, "vfio-pci");
	assert_int_equal(brg_sysfs_link(name, 4, "short"), -ENAMETOOLONG);
}

static void writing_adds_nothing(void **state)
{
	fake_file("attr", "something longer than that");
	assert_int_equal(brg_sysfs_write("0000:01:00.0", "attr"), 0);
	assert_string_equal(fake_text("attr"), "0000:01:00.0");
}

static void a_path_that_is_too_long_is_refused(void **state)
{
	char part[1024], text[8];

	memset(part, 'x', sizeof(part) - 1);
	part[sizeof(part) - 1] = '\0';
	assert_int_equal(brg_sysfs_read(text, sizeof(text), "%s", part),
			 -ENAMETOOLONG);
	assert_int_equal(brg_sysfs_write("x", "%s", part), -ENAMETOOLONG);
}

static void the_root_can_come_from_the_environment(void **state)
{
	brg_sysfs_set_root(NULL);
	setenv("BRG_SYSFS", "/elsewhere", 1);
	assert_string_equal(brg_sysfs_root(), "/elsewhere");
	setenv("BRG_SYSFS", "", 1);
	assert_string_equal(brg_sysfs_root(), "/sys");
	unsetenv("BRG_SYSFS");
	assert_string_equal(brg_sysfs_root(), "/sys");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAKE_SYSFS_TEST(text_loses_its_newline),
		FAKE_SYSFS_TEST(text_is_cut_to_fit),
		FAKE_SYSFS_TEST(what_is_missing_is_enoent),
		FAKE_SYSFS_TEST(numbers_come_in_c_notation),
		FAKE_SYSFS_TEST(
			what_is_no_number_is_refused_and_changes_nothing),
		FAKE_SYSFS_TEST(a_link_gives_its_last_part),
		FAKE_SYSFS_TEST(writing_adds_nothing),
		FAKE_SYSFS_TEST(a_path_that_is_too_long_is_refused),
		FAKE_SYSFS_TEST(the_root_can_come_from_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
