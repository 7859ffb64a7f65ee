// SPDX-License-Identifier: GPL-2.0-only
/* what is made of EINVAL, which the kernel has many reasons for */
#include "test.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <linux/vfio.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB (1ull << 20)
#define BAR_BYTES (16 * MIB)

static const struct brg_vfio vfio = { .bdf = "0000:01:00.0", .fd = -1 };
static int export_result, probe_result;
static uint32_t probed;
static int mmap_errno;

int __wrap_brg_vfio_feature(const struct brg_vfio *device, uint32_t flags,
			    void *data, size_t len);
int __wrap_brg_vfio_region(const struct brg_vfio *device, uint32_t index,
			   struct brg_vfio_region *region);
void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd,
		  off_t offset);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd,
		  off_t offset);
void *__real_mmap64(void *addr, size_t len, int prot, int flags, int fd,
		    off_t offset);
void *__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd,
		    off_t offset);

int __wrap_brg_vfio_feature(const struct brg_vfio *device, uint32_t flags,
			    void *data, size_t len)
{
	if (!(flags & VFIO_DEVICE_FEATURE_PROBE))
		return export_result;
	probed = flags & VFIO_DEVICE_FEATURE_MASK;
	return probe_result;
}

int __wrap_brg_vfio_region(const struct brg_vfio *device, uint32_t index,
			   struct brg_vfio_region *region)
{
	*region = (struct brg_vfio_region){ .size_bytes = BAR_BYTES };
	return 0;
}

/* files are memfds here, which would be mapped: the kernel is the test */
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd,
		  off_t offset)
{
	if (fd < 0 || !mmap_errno)
		return __real_mmap(addr, len, prot, flags, fd, offset);
	errno = mmap_errno;
	return MAP_FAILED;
}

void *__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd,
		    off_t offset)
{
	if (fd < 0 || !mmap_errno)
		return __real_mmap64(addr, len, prot, flags, fd, offset);
	errno = mmap_errno;
	return MAP_FAILED;
}

static int setup(void **state)
{
	export_result = -EINVAL;
	probe_result = 0;
	probed = 0;
	mmap_errno = 0;
	brg_clear_error();
	return 0;
}

#define DMABUF_TEST(test) cmocka_unit_test_setup(test, setup)

static int export_two(uint64_t first, uint64_t second, unsigned int flags)
{
	const struct brg_dmabuf_range ranges[] = {
		{ first, 4 * MIB },
		{ second, 4 * MIB },
	};
	int fd;

	return brg_dmabuf_export_ranges(&vfio, 2, ranges, 2, flags, &fd);
}

static int export_one(unsigned int flags)
{
	const struct brg_dmabuf_range range = { 0, 4 * MIB };
	int fd;

	return brg_dmabuf_export_ranges(&vfio, 2, &range, 1, flags, &fd);
}

static void ranges_with_pages_that_overlap_are_seen(void **state)
{
	assert_int_equal(export_two(0, 2 * MIB, BRG_DMABUF_PAGES), -EINVAL);
	assert_error("its ranges overlap");
	assert_int_equal(export_two(6 * MIB, 4 * MIB, BRG_DMABUF_PAGES),
			 -EINVAL);
	assert_error("its ranges overlap");
	assert_int_equal(export_two(4 * MIB, 4 * MIB, BRG_DMABUF_PAGES),
			 -EINVAL);
	assert_int_equal(probed, 0);
}

/* of one range and of two that are apart alike */
static void a_kernel_without_pages_is_not_supported(void **state)
{
	probe_result = -ENOTTY;
	assert_int_equal(export_one(BRG_DMABUF_PAGES), -EOPNOTSUPP);
	assert_error("boot one with the patches");
	assert_int_equal(probed, VFIO_DEVICE_FEATURE_P2P_REGISTER);
	assert_int_equal(export_two(0, 4 * MIB, BRG_DMABUF_PAGES), -EOPNOTSUPP);
	assert_error("boot one with the patches");
}

/* it is no reason to skip anything */
static void a_kernel_with_pages_had_another_reason(void **state)
{
	assert_int_equal(export_one(BRG_DMABUF_PAGES), -EINVAL);
	assert_int_equal(export_two(8 * MIB, 4 * MIB, BRG_DMABUF_PAGES),
			 -EINVAL);
}

static void without_pages_nothing_is_asked(void **state)
{
	assert_int_equal(export_two(0, 2 * MIB, 0), -EINVAL);
	assert_error("too long together");
	assert_int_equal(probed, 0);
}

static void a_range_that_is_wrong_comes_first(void **state)
{
	assert_int_equal(export_two(0, 14 * MIB, BRG_DMABUF_PAGES), -EINVAL);
	assert_error("range 1");
	assert_error("beyond the end");
	assert_int_equal(probed, 0);
}

static void what_is_longer_than_the_dma_buf_is_einval(void **state)
{
	int fd = memfd_create("dmabuf", MFD_CLOEXEC);
	void *addr = NULL;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 8192), 0);
	mmap_errno = EINVAL;
	assert_int_equal(brg_dmabuf_map(fd, 12288, &addr), -EINVAL);
	assert_error("12288 bytes: it has 8192");
	assert_int_equal(brg_dmabuf_map(fd, 8192, &addr), -EOPNOTSUPP);
	assert_error("maps none in this kernel");
	mmap_errno = ENODEV;
	assert_int_equal(brg_dmabuf_map(fd, 8192, &addr), -ENODEV);
	assert_error("revoked for good");
	assert_null(addr);
	mmap_errno = 0;
	assert_int_equal(brg_dmabuf_map(fd, 8192, &addr), 0);
	munmap(addr, 8192);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DMABUF_TEST(ranges_with_pages_that_overlap_are_seen),
		DMABUF_TEST(a_kernel_without_pages_is_not_supported),
		DMABUF_TEST(a_kernel_with_pages_had_another_reason),
		DMABUF_TEST(without_pages_nothing_is_asked),
		DMABUF_TEST(a_range_that_is_wrong_comes_first),
		DMABUF_TEST(what_is_longer_than_the_dma_buf_is_einval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
