// SPDX-License-Identifier: GPL-2.0-only
/* Which dma-bufs can have pages, and what each refusal is. */
#include "children.h"
#include "pages.h"

#include "vmas.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FLAG VFIO_DMA_BUF_FLAG_ALLOC_STRUCT_PAGES

static void expect_get(const struct guest *guest, uint64_t offset,
		       uint64_t length)
{
	int fd = pages_get_range(guest, offset, length);

	if (fd < 0)
		fail_msg("%#llx, %#llx: %s", (unsigned long long)offset,
			 (unsigned long long)length, strerror(-fd));
	close(fd);
}

static void any_aligned_part_of_the_bar_can_have_pages(void **state)
{
	const struct guest *guest = *state;

	expect_get(guest, 0, 2 * MIB);
	expect_get(guest, guest->bar_bytes - 2 * MIB, 2 * MIB);
	expect_get(guest, 2 * MIB, 6 * MIB);
	expect_get(guest, 0, guest->bar_bytes);
}

static void other_flags_are_einval(void **state)
{
	const struct vfio_region_dma_range range = { 0, 2 * MIB };
	const struct guest *guest = *state;
	unsigned int bit;

	for (bit = 1; bit < 32; bit++) {
		assert_errno(pages_get(guest, 1u << bit, 1, &range), EINVAL);
		assert_errno(pages_get(guest, FLAG | 1u << bit, 1, &range),
			     EINVAL);
	}
}

static void misalignment_is_einval(void **state)
{
	const struct guest *guest = *state;

	assert_errno(pages_get_range(guest, PAGE, 2 * MIB), EINVAL);
	assert_errno(pages_get_range(guest, 0, PAGE), EINVAL);
	assert_errno(pages_get_range(guest, MIB, 2 * MIB), EINVAL);
	assert_errno(pages_get_range(guest, 0, 3 * MIB), EINVAL);
	assert_errno(pages_get_range(guest, 0, 0), EINVAL);
	assert_errno(pages_get_range(guest, 1, 2 * MIB), EINVAL);
}

static void what_is_not_in_the_bar_is_an_error(void **state)
{
	const struct guest *guest = *state;

	assert_errno(pages_get_range(guest, guest->bar_bytes, 2 * MIB), EINVAL);
	assert_errno(
		pages_get_range(guest, guest->bar_bytes - 2 * MIB, 4 * MIB),
		EINVAL);
	assert_errno(pages_get_range(guest, 0ull - 2 * MIB, 2 * MIB),
		     EOVERFLOW);
	assert_errno(pages_get_range(guest, 0ull - 2 * MIB, 4 * MIB),
		     EOVERFLOW);
}

static void several_ranges_can_have_pages(void **state)
{
	/* neighbours, out of order */
	const struct vfio_region_dma_range ranges[] = {
		{ 6 * MIB, 2 * MIB },
		{ 0, 2 * MIB },
		{ 2 * MIB, 4 * MIB },
		{ 12 * MIB, 2 * MIB },
	};
	const struct guest *guest = *state;
	int fd;

	fd = pages_get(guest, FLAG, 4, ranges);
	assert_true(fd >= 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 10 * MIB);
	assert_errno(pages_get_range(guest, 4 * MIB, 2 * MIB), EBUSY);
	assert_errno(pages_get_range(guest, 12 * MIB, 2 * MIB), EBUSY);
	assert_errno(pages_get_range(guest, 10 * MIB, 4 * MIB), EBUSY);
	expect_get(guest, 8 * MIB, 4 * MIB);
	close(fd);
	expect_get(guest, 0, guest->bar_bytes);
}

static void ranges_that_overlap_are_einval(void **state)
{
	const struct vfio_region_dma_range ranges[] = {
		{ 0, 2 * MIB },
		{ 8 * MIB, 4 * MIB },
		{ 10 * MIB, 2 * MIB },
		{ 0, 2 * MIB },
	};
	const struct guest *guest = *state;

	assert_errno(pages_get(guest, FLAG, 3, ranges), EINVAL);
	assert_errno(pages_get(guest, FLAG, 4, ranges), EINVAL);
	/* and nothing is left of those that came before */
	expect_get(guest, 0, guest->bar_bytes);
}

static void a_second_dma_buf_of_the_same_pages_is_ebusy(void **state)
{
	const struct guest *guest = *state;
	int plain;

	pages_export(guest);
	assert_errno(pages_get_range(guest, PAGES_OFFSET, PAGES_LEN), EBUSY);
	assert_errno(pages_get_range(guest, 0, guest->bar_bytes), EBUSY);
	/* one without pages is no matter */
	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, PAGES_OFFSET,
				      PAGES_LEN, &plain));
	close(plain);
	pages_close();
	expect_get(guest, 0, guest->bar_bytes);
}

static void it_cannot_be_mapped_itself(void **state)
{
	struct vfio_device_feature_dma_buf_memattr attr = {
		.memattr = VFIO_DMA_BUF_MEMATTR_NC,
	};
	const struct guest *guest = *state;

	attr.dmabuf_fd = pages_export(guest);
	assert_errno(vmas_map_errno(attr.dmabuf_fd, PAGE,
				    PROT_READ | PROT_WRITE, MAP_SHARED, 0),
		     EOPNOTSUPP);
	/* nor is there anything to choose for a mapping */
	assert_errno(
		brg_vfio_feature(&guest->vfio,
				 VFIO_DEVICE_FEATURE_SET |
					 VFIO_DEVICE_FEATURE_DMA_BUF_MEMATTR,
				 &attr, sizeof(attr)),
		EOPNOTSUPP);
}

static void registering_and_pages_exclude_each_other(void **state)
{
	const struct guest *guest = *state;

	pages_export(guest);
	assert_errno(brg_p2p_register(&guest->vfio, guest->bar, 0, 0), EBUSY);
	assert_errno(
		brg_p2p_register(&guest->vfio, guest->bar, 16 * MIB, 2 * MIB),
		EBUSY);
	pages_close();
	guest_register(guest);
	assert_errno(pages_get_range(guest, 0, 2 * MIB), EBUSY);
	guest_unregister(guest);
	expect_get(guest, 0, 2 * MIB);
}

static void memory_that_is_off_is_eio(void **state)
{
	const struct guest *guest = *state;

	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_errno(pages_get_range(guest, 0, 2 * MIB), EIO);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	expect_get(guest, 0, 2 * MIB);
}

static void drop_sys_admin(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	assert_int_equal(syscall(SYS_capget, &head, data), 0);
	data[0].effective &= ~(1u << CAP_SYS_ADMIN);
	assert_int_equal(syscall(SYS_capset, &head, data), 0);
}

static void without_the_capability_it_is_eperm(void **state)
{
	const struct guest *guest = *state;
	int fd;
	pid_t pid;

	pid = child_start();
	if (!pid) {
		drop_sys_admin();
		fd = pages_get_range(guest, 0, 2 * MIB);
		/* what has no pages needs no capability */
		_exit(fd == -EPERM && !brg_dmabuf_export(&guest->vfio,
							 guest->bar, 0, 2 * MIB,
							 &fd) ?
			      0 :
			      1);
	}
	assert_int_equal(child_wait(pid), 0);
}

static void an_export_that_fails_late_leaves_nothing(void **state)
{
	const struct guest *guest = *state;
	struct rlimit old, none;
	int i, ret;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	for (i = 0; i < 10; i++) {
		/* the file descriptor is what comes last */
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
		ret = pages_get_range(guest, 0, guest->bar_bytes);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
		assert_errno(ret, EMFILE);
		expect_get(guest, 0, guest->bar_bytes);
	}
}

static const struct CMUnitTest tests[] = {
	PAGES_TEST(any_aligned_part_of_the_bar_can_have_pages),
	PAGES_TEST(other_flags_are_einval),
	PAGES_TEST(misalignment_is_einval),
	PAGES_TEST(what_is_not_in_the_bar_is_an_error),
	PAGES_TEST(several_ranges_can_have_pages),
	PAGES_TEST(ranges_that_overlap_are_einval),
	PAGES_TEST(a_second_dma_buf_of_the_same_pages_is_ebusy),
	PAGES_TEST(it_cannot_be_mapped_itself),
	PAGES_TEST(registering_and_pages_exclude_each_other),
	PAGES_TEST(memory_that_is_off_is_eio),
	PAGES_TEST(without_the_capability_it_is_eperm),
	PAGES_TEST(an_export_that_fails_late_leaves_nothing),
};

const struct guest_suite guest_pages_export = GUEST_SUITE(tests);
