// SPDX-License-Identifier: GPL-2.0-only
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/disk.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "disk-scratch.h"

static const struct brg_disk disk = {
	.path = "/dev/nvme9n1",
	.name = "nvme9n1",
};

static int setup(void **state)
{
	if (fake_sysfs_setup(state))
		return -1;
	fake_file("class/block/nvme9n1/size", "2097152\n");
	fake_file("class/block/nvme9n1/ro", "0\n");
	fake_dir("class/block/nvme9n1/holders");
	return 0;
}

static void a_bare_disk_is_taken(void **state)
{
	assert_int_equal(brg_disk_check_sysfs(&disk), 0);
}

static void a_held_disk_is_refused_by_its_holders_name(void **state)
{
	fake_file("class/block/nvme9n1/holders/dm-3", "");
	assert_int_equal(brg_disk_check_sysfs(&disk), -EBUSY);
	assert_error("/dev/nvme9n1");
	assert_error("dm-3");
}

static void a_partitioned_disk_is_refused(void **state)
{
	fake_dir("class/block/nvme9n1/nvme9n1p1");
	assert_int_equal(brg_disk_check_sysfs(&disk), -EBUSY);
	assert_error("nvme9n1p1");
}

static void a_partition_is_refused(void **state)
{
	fake_file("class/block/nvme9n1/partition", "1\n");
	assert_int_equal(brg_disk_check_sysfs(&disk), -EBUSY);
	assert_error("it is a partition");
}

static void a_read_only_disk_is_refused(void **state)
{
	fake_file("class/block/nvme9n1/ro", "1\n");
	assert_int_equal(brg_disk_check_sysfs(&disk), -EROFS);
}

static void a_disk_that_cannot_be_judged_is_refused(void **state)
{
	fake_remove("class/block/nvme9n1/ro");
	assert_int_equal(brg_disk_check_sysfs(&disk), -EIO);
}

static int check_mounts(const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int ret;

	ret = brg_disk_check_mounts(&disk, makedev(259, 7), file);
	fclose(file);
	return ret;
}

static void a_disk_that_is_nowhere_mounted_is_taken(void **state)
{
	assert_int_equal(check_mounts("21 1 259:1 / / rw - ext4 /dev/a rw\n"
				      "22 21 0:5 / /proc rw - proc proc rw\n"),
			 0);
}

static void a_mounted_disk_is_refused(void **state)
{
	assert_int_equal(check_mounts("21 1 259:1 / / rw - ext4 /dev/a rw\n"
				      "30 21 259:7 / /data rw - xfs /dev/b "
				      "rw\n"),
			 -EBUSY);
	assert_error("mounted on /data");
}

static void the_root_disk_is_refused(void **state)
{
	assert_int_equal(check_mounts("21 1 259:7 / / rw - ext4 /dev/a rw\n"),
			 -EBUSY);
	assert_error("root file system");
}

static void plain_files_are_no_swap_of_the_disk(void **state)
{
	const char text[] = "Filename\tType\tSize\n/etc/passwd file 1 0 -2\n";
	FILE *file = fmemopen((void *)text, strlen(text), "r");

	assert_int_equal(brg_disk_check_swaps(&disk, makedev(259, 7), file), 0);
	fclose(file);
}

/* a "disk" in memory: @len bytes at @offset of 8 MiB of zeroes */
static int probe(const void *bytes, size_t len, off_t offset)
{
	int fd = memfd_create("disk", MFD_CLOEXEC);
	int ret;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 8 << 20), 0);
	assert_int_equal(pwrite(fd, bytes, len, offset), len);
	ret = brg_disk_check_signature(&disk, fd);
	close(fd);
	return ret;
}

static void a_disk_of_zeroes_is_taken(void **state)
{
	assert_int_equal(probe("", 1, 0), 0);
}

static void a_disk_of_old_test_blocks_is_taken(void **state)
{
	assert_int_equal(probe("BARGBLK1 and then some", 22, 0), 0);
}

static void swap_space_is_refused(void **state)
{
	struct {
		uint32_t version, last_page, nr_bad;
		uint8_t uuid[16];
	} head = { .version = 1, .last_page = 2000, .uuid = { 1, 2, 3 } };
	uint8_t page[4096] = {};

	memcpy(page + 1024, &head, sizeof(head));
	memcpy(page + 4086, "SWAPSPACE2", 10);
	assert_int_equal(probe(page, sizeof(page), 0), -EEXIST);
	assert_error("swap");
	assert_error("wipefs");
}

static void a_partition_table_is_refused(void **state)
{
	uint8_t sector[512] = {};

	sector[446 + 4] = 0x83; /* Linux */
	sector[446 + 9] = 0x08; /* from sector 2048 */
	sector[446 + 13] = 0x10; /* of 4096 */
	sector[510] = 0x55;
	sector[511] = 0xaa;
	assert_int_equal(probe(sector, sizeof(sector), 0), -EEXIST);
	assert_error("dos");
}

static void an_encrypted_disk_is_refused(void **state)
{
	static const uint8_t luks[] = { 'L', 'U', 'K', 'S', 0xba, 0xbe, 0, 1 };
	uint8_t head[592] = {};

	memcpy(head, luks, sizeof(luks));
	memcpy(head + 168, "12345678-1234-1234-1234-123456789012", 36);
	assert_int_equal(probe(head, sizeof(head), 0), -EEXIST);
	assert_error("crypto_LUKS");
}

static void a_file_is_no_disk(void **state)
{
	struct brg_disk found;

	assert_int_equal(brg_disk_read("/etc/passwd", &found), -ENOTBLK);
	assert_error("not a block device");
	assert_int_equal(brg_disk_read("/dev/no-such-disk", &found), -ENOENT);
	assert_error("/dev/no-such-disk");
}

#define DISK_TEST(test)                                                        \
	cmocka_unit_test_setup_teardown(test, setup, fake_sysfs_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DISK_TEST(a_bare_disk_is_taken),
		DISK_TEST(a_held_disk_is_refused_by_its_holders_name),
		DISK_TEST(a_partitioned_disk_is_refused),
		DISK_TEST(a_partition_is_refused),
		DISK_TEST(a_read_only_disk_is_refused),
		DISK_TEST(a_disk_that_cannot_be_judged_is_refused),
		cmocka_unit_test(a_disk_that_is_nowhere_mounted_is_taken),
		cmocka_unit_test(a_mounted_disk_is_refused),
		cmocka_unit_test(the_root_disk_is_refused),
		cmocka_unit_test(plain_files_are_no_swap_of_the_disk),
		cmocka_unit_test(a_disk_of_zeroes_is_taken),
		cmocka_unit_test(a_disk_of_old_test_blocks_is_taken),
		cmocka_unit_test(swap_space_is_refused),
		cmocka_unit_test(a_partition_table_is_refused),
		cmocka_unit_test(an_encrypted_disk_is_refused),
		DISK_TEST(a_file_is_no_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
