// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO_DEVICE_FEATURE_DMA_BUF, given what it cannot take: each errno, and the
 * line that explains it. Those that have to do with struct pages are in
 * pages-export.c.
 */
#include "pages.h"
#include "vmas.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define GET (VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF)

/* the kernel's own answer, and the library's with a line that has @why */
static void expect_refused(const struct guest *guest, uint64_t offset,
			   uint64_t length, int err, const char *why)
{
	const struct vfio_region_dma_range range = { offset, length };
	int fd = -2;

	if (pages_get(guest, 0, 1, &range) != -err)
		fail_msg("%#llx, %#llx: not %s", (unsigned long long)offset,
			 (unsigned long long)length, strerror(err));
	assert_int_equal(brg_dmabuf_export(&guest->vfio, guest->bar, offset,
					   length, &fd),
			 -err);
	assert_int_equal(fd, -2);
	assert_error(why);
	assert_error(guest->bdf);
}

static void export_input_no_length_is_einval(void **state)
{
	expect_refused(*state, 0, 0, EINVAL, "has no length");
	expect_refused(*state, 2 * MIB, 0, EINVAL, "has no length");
}

static void export_input_misalignment_is_einval(void **state)
{
	expect_refused(*state, 1, PAGE, EINVAL, "whole pages");
	expect_refused(*state, 0, 1, EINVAL, "whole pages");
	expect_refused(*state, PAGE / 2, PAGE / 2, EINVAL, "whole pages");
	expect_refused(*state, 0, PAGE + 1, EINVAL, "whole pages");
	expect_refused(*state, 0, UINT64_MAX, EINVAL, "whole pages");
}

static void export_input_out_of_the_bar_is_einval(void **state)
{
	const struct guest *guest = *state;
	const uint64_t bytes = guest->bar_bytes;

	expect_refused(guest, bytes, PAGE, EINVAL, "beyond the end");
	expect_refused(guest, bytes - PAGE, 2 * PAGE, EINVAL, "beyond the end");
	expect_refused(guest, 0, bytes + PAGE, EINVAL, "beyond the end");
	expect_refused(guest, 1ull << 40, PAGE, EINVAL, "beyond the end");
}

static void export_input_an_overflow_is_eoverflow(void **state)
{
	expect_refused(*state, 0 - PAGE, PAGE, EOVERFLOW, "beyond the end");
	expect_refused(*state, 0 - PAGE, 2 * PAGE, EOVERFLOW, "beyond the end");
}

static void export_input_a_sum_that_overflows_is_einval(void **state)
{
	static const struct vfio_region_dma_range ranges[] = {
		{ 0, PAGE },
		{ 0, 0 - PAGE },
	};

	assert_errno(pages_get(*state, 0, 2, ranges), EINVAL);
}

static void export_input_the_range_to_blame_is_named(void **state)
{
	struct brg_dmabuf_range ranges[] = {
		{ 0, PAGE },
		{ 2 * PAGE, PAGE },
		{ 4 * PAGE, PAGE },
	};
	const struct guest *guest = *state;
	int fd;

	ranges[2].offset = guest->bar_bytes;
	assert_errno(brg_dmabuf_export_ranges(&guest->vfio, guest->bar, ranges,
					      3, 0, &fd),
		     EINVAL);
	assert_error("range 2");
	ranges[1].length = 0;
	assert_errno(brg_dmabuf_export_ranges(&guest->vfio, guest->bar, ranges,
					      3, 0, &fd),
		     EINVAL);
	assert_error("range 1");
}

static void export_input_no_range_is_einval(void **state)
{
	const struct vfio_region_dma_range none = { 0 };
	const struct guest *guest = *state;
	const struct brg_dmabuf_range range = { 0 };
	int fd;

	assert_errno(pages_get(guest, 0, 0, &none), EINVAL);
	assert_errno(brg_dmabuf_export_ranges(&guest->vfio, guest->bar, &range,
					      0, 0, &fd),
		     EINVAL);
	assert_error("0 ranges");
}

/* A call whose ranges end where the process has memory, but more are promised */
static void export_input_more_ranges_than_there_are_is_efault(void **state)
{
	static const uint32_t promised[] = { 3, 4, 100, 100000 };
	const struct guest *guest = *state;
	struct vfio_device_feature_dma_buf *get;
	struct vfio_device_feature *feature;
	const size_t len = sizeof(*feature) + sizeof(*get) +
			   2 * sizeof(get->dma_ranges[0]);
	uint8_t *pages;
	size_t i;
	int fd;

	pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(pages != MAP_FAILED);
	assert_int_equal(munmap(pages + PAGE, PAGE), 0);
	feature = (void *)(pages + PAGE - len);
	feature->argsz = (uint32_t)len;
	feature->flags = GET;
	get = (void *)feature->data;
	get->region_index = guest->bar;
	get->open_flags = O_RDWR | O_CLOEXEC;
	get->dma_ranges[0].length = PAGE;
	get->dma_ranges[1].length = PAGE;
	for (i = 0; i < sizeof(promised) / sizeof(promised[0]); i++) {
		get->nr_ranges = promised[i];
		assert_int_equal(
			ioctl(guest->vfio.fd, VFIO_DEVICE_FEATURE, feature),
			-1);
		assert_int_equal(errno, EFAULT);
	}
	/* more than the kernel has memory for; it says so, and nothing else */
	get->nr_ranges = UINT32_MAX;
	assert_int_equal(ioctl(guest->vfio.fd, VFIO_DEVICE_FEATURE, feature),
			 -1);
	assert_int_equal(errno, ENOMEM);
	get->nr_ranges = 2;
	fd = ioctl(guest->vfio.fd, VFIO_DEVICE_FEATURE, feature);
	assert_true(fd >= 0);
	close(fd);
	munmap(pages, PAGE);
}

static void export_input_more_ranges_than_the_library_takes(void **state)
{
	static const struct brg_dmabuf_range ranges[BRG_DMABUF_MAX_RANGES + 1];
	const struct guest *guest = *state;
	int fd;

	assert_errno(brg_dmabuf_export_ranges(&guest->vfio, guest->bar, ranges,
					      BRG_DMABUF_MAX_RANGES + 1, 0,
					      &fd),
		     EINVAL);
	assert_error("4001 ranges");
}

/* Without struct pages it is no matter: the same memory twice in the dma-buf */
static void export_input_ranges_may_overlap(void **state)
{
	const struct brg_dmabuf_range ranges[] = {
		{ 8 * MIB, 2 * PAGE },
		{ 8 * MIB + PAGE, 2 * PAGE },
		{ 8 * MIB, 2 * PAGE },
	};
	const struct guest *guest = *state;
	volatile uint64_t *words;
	int fd;

	assert_good(brg_dmabuf_export_ranges(&guest->vfio, guest->bar, ranges,
					     3, 0, &fd));
	assert_int_equal(lseek(fd, 0, SEEK_END), 6 * PAGE);
	words = vmas_map_aligned(fd, 6 * PAGE, 0);
	words[PAGE / 8] = 0x1122334455667788;
	assert_true(words[2 * PAGE / 8] == 0x1122334455667788);
	assert_true(words[5 * PAGE / 8] == 0x1122334455667788);
	munmap((void *)words, 6 * PAGE);
	close(fd);
}

static void export_input_no_such_bar_is_enodev(void **state)
{
	/* absent, the ROM, configuration space, VGA, beyond all */
	static const unsigned int bars[] = { 3, 5, 6, 7, 8, 9, UINT32_MAX };
	const struct guest *guest = *state;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		assert_errno(
			brg_dmabuf_export(&guest->vfio, bars[i], 0, PAGE, &fd),
			ENODEV);
		assert_error("such a BAR");
	}
}

static void export_input_other_operations_are_einval(void **state)
{
	struct {
		struct vfio_device_feature_dma_buf get;
		struct vfio_region_dma_range range;
	} arg = { .get = { .open_flags = O_RDWR | O_CLOEXEC, .nr_ranges = 1 } };
	const uint32_t feature = VFIO_DEVICE_FEATURE_DMA_BUF;
	const struct guest *guest = *state;

	arg.get.region_index = guest->bar;
	arg.range.length = PAGE;
	assert_errno(brg_vfio_feature(&guest->vfio,
				      VFIO_DEVICE_FEATURE_SET | feature, &arg,
				      sizeof(arg)),
		     EINVAL);
	assert_errno(
		brg_vfio_feature(&guest->vfio, GET, &arg, sizeof(arg.get) - 1),
		EINVAL);
	assert_good(brg_vfio_feature(&guest->vfio,
				     VFIO_DEVICE_FEATURE_PROBE | GET, NULL, 0));
}

static void export_input_no_descriptor_left_is_emfile(void **state)
{
	const struct guest *guest = *state;
	struct rlimit old, none;
	int i, ret, fd;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	for (i = 0; i < 10; i++) {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
		ret = brg_dmabuf_export(&guest->vfio, guest->bar, 0, PAGE, &fd);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
		assert_errno(ret, EMFILE);
		assert_error("Too many open files");
	}
	/* none of them is left, or registering would be EBUSY */
	guest_register(guest);
}

static void export_input_a_registered_bar_is_ebusy(void **state)
{
	const struct guest *guest = *state;

	guest_register(guest);
	expect_refused(guest, 0, PAGE, EBUSY, "unregister it first");
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(export_input_no_length_is_einval),
	GUEST_TEST(export_input_misalignment_is_einval),
	GUEST_TEST(export_input_out_of_the_bar_is_einval),
	GUEST_TEST(export_input_an_overflow_is_eoverflow),
	GUEST_TEST(export_input_a_sum_that_overflows_is_einval),
	GUEST_TEST(export_input_the_range_to_blame_is_named),
	GUEST_TEST(export_input_no_range_is_einval),
	GUEST_TEST(export_input_more_ranges_than_there_are_is_efault),
	GUEST_TEST(export_input_more_ranges_than_the_library_takes),
	GUEST_TEST(export_input_ranges_may_overlap),
	GUEST_TEST(export_input_no_such_bar_is_enodev),
	GUEST_TEST(export_input_other_operations_are_einval),
	GUEST_TEST(export_input_no_descriptor_left_is_emfile),
	GUEST_TEST(export_input_a_registered_bar_is_ebusy),
};

const struct guest_suite guest_export_input = GUEST_SUITE(tests);
