// SPDX-License-Identifier: GPL-2.0-only
/* what EINVAL of /dev/udmabuf is said to mean */
#include "fake-sysfs.h"
#include "test.h"

#include <barrage/udmabuf.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define DEVICE "/dev/udmabuf"
#define MIB (1ull << 20)

int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	errno = EINVAL;
	return -1;
}

static int open_as(int (*real)(const char *path, int flags, ...),
		   const char *path, int flags, mode_t mode)
{
	if (!strcmp(path, DEVICE))
		return memfd_create("udmabuf", MFD_CLOEXEC);
	return real(path, flags, mode);
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return open_as(__real_open, path, flags, mode);
}

int __wrap_open64(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return open_as(__real_open64, path, flags, mode);
}

static void create(size_t nr, uint64_t bytes)
{
	struct brg_dmabuf_range *ranges = calloc(nr, sizeof(*ranges));
	int fd;

	assert_non_null(ranges);
	for (size_t i = 0; i < nr; i++)
		ranges[i].length = bytes;
	brg_clear_error();
	assert_int_equal(brg_udmabuf_create(0, ranges, nr, &fd), -EINVAL);
	free(ranges);
}

static void limits_of_the_module_are_named(void **state)
{
	fake_file("module/udmabuf/parameters/list_limit", "512\n");
	fake_file("module/udmabuf/parameters/size_limit_mb", "64\n");
	create(513, 4096);
	assert_error("513 ranges, and udmabuf takes 512");
	assert_error("list_limit");
	create(2, 32 * MIB + 4096);
	assert_error("takes 64 MiB");
	assert_error("size_limit_mb");
	create(2, 32 * MIB);
	assert_error("whole pages, within the file");
}

static void without_them_it_is_about_the_ranges(void **state)
{
	create(3, 1ull << 40);
	assert_error("whole pages, within the file");
}

#define UDMABUF_TEST(test)                                                     \
	cmocka_unit_test_setup_teardown(test, fake_sysfs_setup,                \
					fake_sysfs_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UDMABUF_TEST(limits_of_the_module_are_named),
		UDMABUF_TEST(without_them_it_is_about_the_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
