// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO_DEVICE_FEATURE_DMA_BUF_MEMATTR. What counts is the page table entry, as
 * the kernel shows it in page_tables/current_kernel, which has those of the
 * process too: PCD alone is uncached (UC-), PWT alone is write-combining, none
 * of them is cached.
 */
#include "guest.h"

#include "vmas.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define RW (PROT_READ | PROT_WRITE)
#define PAGE_TABLES "/sys/kernel/debug/page_tables/current_kernel"

enum { CACHED, UNCACHED, COMBINING };

static int feature(const struct guest *guest, uint32_t op, int fd,
		   uint32_t memattr, size_t len)
{
	struct vfio_device_feature_dma_buf_memattr arg = {
		.dmabuf_fd = fd,
		.memattr = memattr,
	};

	return brg_vfio_feature(&guest->vfio,
				op | VFIO_DEVICE_FEATURE_DMA_BUF_MEMATTR, &arg,
				len);
}

static int set(const struct guest *guest, int fd, uint32_t memattr)
{
	return feature(guest, VFIO_DEVICE_FEATURE_SET, fd, memattr,
		       sizeof(struct vfio_device_feature_dma_buf_memattr));
}

/* How the page at @addr, which is mapped, is cached */
static int cache_mode_of(const void *addr)
{
	FILE *tables = fopen(PAGE_TABLES, "re");
	uintptr_t start, end;
	char line[256];
	int mode = -1;

	if (!tables)
		fail_msg("%s: %s (CONFIG_PTDUMP_DEBUGFS)", PAGE_TABLES,
			 strerror(errno));
	while (fgets(line, sizeof(line), tables)) {
		if (sscanf(line, "0x%" SCNxPTR "-0x%" SCNxPTR, &start, &end) !=
			    2 ||
		    (uintptr_t)addr < start || (uintptr_t)addr >= end)
			continue;
		if (strstr(line, "PAT"))
			break;
		mode = strstr(line, "PCD") ? UNCACHED :
		       strstr(line, "PWT") ? COMBINING :
					     CACHED;
		break;
	}
	fclose(tables);
	return mode;
}

static void expect_mapped_as(int fd, int mode)
{
	uint8_t *addr = mmap(NULL, 2 * MIB, RW, MAP_SHARED, fd, 0);

	assert_true(addr != MAP_FAILED);
	assert_int_equal(guest_touch(addr + PAGE, true), 0);
	assert_int_equal(cache_mode_of(addr + PAGE), mode);
	munmap(addr, 2 * MIB);
}

static void the_page_tables_can_be_read(void **state)
{
	uint8_t *addr =
		mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(addr != MAP_FAILED);
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(cache_mode_of(addr), CACHED);
	munmap(addr, PAGE);
}

static void the_default_is_uncached(void **state)
{
	struct guest *guest = *state;
	int fd = guest_export(guest);
	uint8_t *bar = guest_map_bar(guest);

	assert_int_equal(guest_touch(bar, true), 0);
	assert_int_equal(cache_mode_of(bar), UNCACHED);
	expect_mapped_as(fd, UNCACHED);
	close(fd);
}

static void uncached_can_be_asked_for(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);

	assert_good(set(guest, fd, VFIO_DMA_BUF_MEMATTR_NC));
	expect_mapped_as(fd, UNCACHED);
	close(fd);
}

/* The kernel has the BAR mapped uncached, which decides on x86 */
static void what_would_not_be_combined_is_not_promised(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);

	assert_errno(set(guest, fd, VFIO_DMA_BUF_MEMATTR_WC), EOPNOTSUPP);
	expect_mapped_as(fd, UNCACHED);
	close(fd);
}

static void once_mapped_it_is_fixed(void **state)
{
	const struct guest *guest = *state;
	int fd = guest_export(guest);

	expect_mapped_as(fd, UNCACHED);
	assert_errno(set(guest, fd, VFIO_DMA_BUF_MEMATTR_NC), EBUSY);
	close(fd);
}

static void a_revoked_one_has_none(void **state)
{
	const struct guest *guest = *state;
	struct vfio_device_feature_dma_buf_revoke revoke = {
		.dmabuf_fd = guest_export(guest),
	};

	assert_good(brg_vfio_feature(&guest->vfio,
				     VFIO_DEVICE_FEATURE_SET |
					     VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE,
				     &revoke, sizeof(revoke)));
	assert_errno(set(guest, revoke.dmabuf_fd, VFIO_DMA_BUF_MEMATTR_NC),
		     ENODEV);
	close(revoke.dmabuf_fd);
}

static void the_arguments_are_checked(void **state)
{
	const size_t len = sizeof(struct vfio_device_feature_dma_buf_memattr);
	struct guest *guest = *state;
	const struct guest *other = guest_second("PMR");
	int fd = guest_export(guest), foreign = guest_export(other);

	assert_errno(set(guest, fd, 2), EINVAL);
	assert_errno(set(guest, fd, UINT32_MAX), EINVAL);
	assert_errno(set(guest, -1, VFIO_DMA_BUF_MEMATTR_NC), EBADF);
	assert_errno(set(guest, guest->vfio.fd, VFIO_DMA_BUF_MEMATTR_NC),
		     EINVAL);
	assert_errno(set(guest, foreign, VFIO_DMA_BUF_MEMATTR_NC), EINVAL);
	assert_errno(feature(guest, VFIO_DEVICE_FEATURE_GET, fd, 0, len),
		     EINVAL);
	assert_errno(feature(guest, VFIO_DEVICE_FEATURE_SET, fd, 0, len - 1),
		     EINVAL);
	assert_good(feature(guest,
			    VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_SET,
			    fd, 0, len));
	close(foreign);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(the_page_tables_can_be_read),
	GUEST_TEST(the_default_is_uncached),
	GUEST_TEST(uncached_can_be_asked_for),
	GUEST_TEST(what_would_not_be_combined_is_not_promised),
	GUEST_TEST(once_mapped_it_is_fixed),
	GUEST_TEST(a_revoked_one_has_none),
	GUEST_TEST(the_arguments_are_checked),
};

const struct guest_suite guest_dmabuf_memattr = GUEST_SUITE(tests);
