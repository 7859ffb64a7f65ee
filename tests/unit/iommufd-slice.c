// SPDX-License-Identifier: GPL-2.0-only
/* which of its many reasons the kernel had for EINVAL, and no trace of asking */
#include "test.h"

#include <barrage/iommufd.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES 16384

int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	errno = EINVAL;
	return -1;
}

static void expect(int fd, uint64_t start, uint64_t length, const char *text)
{
	const struct brg_iommufd iommufd = { .fd = 9 };
	struct brg_iommufd_slice slice = {
		.fd = fd,
		.start_bytes = start,
		.length_bytes = length,
	};

	brg_clear_error();
	assert_int_equal(brg_iommufd_ioas_map_slice(&iommufd, 1, &slice),
			 -EINVAL);
	assert_error(text);
}

static void each_reason_has_a_line(void **state)
{
	int fd = memfd_create("slice", MFD_CLOEXEC), pipes[2];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0 && null >= 0);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(ftruncate(fd, BYTES), 0);
	expect(fd, 0, 0, "length of 0");
	expect(fd, 0, 100, "whole pages");
	expect(fd, 0, BYTES + 4096, "beyond the end");
	expect(fd, 4096, BYTES, "beyond the end");
	expect(fd, UINT64_MAX - 4095, 4096, "beyond the end");
	expect(fd, 4096, BYTES - 4096, "neither a dma-buf nor a memfd");
	/* these have no end */
	expect(null, 0, 4096, "neither a dma-buf nor a memfd");
	expect(pipes[0], 0, 4096, "neither a dma-buf nor a memfd");
	close(pipes[0]);
	close(pipes[1]);
	close(null);
	close(fd);
}

static void the_position_in_the_file_stays(void **state)
{
	int fd = memfd_create("slice", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, BYTES), 0);
	assert_int_equal(lseek(fd, 5, SEEK_SET), 5);
	expect(fd, 0, BYTES + 4096, "beyond the end");
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 5);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason_has_a_line),
		cmocka_unit_test(the_position_in_the_file_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
