// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap() of a device's BARs: what it has always done, through whatever the
 * kernel puts behind it, and how it shows.
 */
#include "guest.h"

#include "vmas.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

static off_t bar_offset(const struct guest *guest)
{
	struct brg_vfio_region region;

	assert_good(brg_vfio_region(&guest->vfio, guest->bar, &region));
	return (off_t)region.file_offset;
}

/* A value that tells which page of the BAR it is on */
static void mark_page(const struct guest *guest, uint64_t offset)
{
	const uint64_t value = offset * 0x9e3779b97f4a7c15ull + 1;

	assert_good(brg_vfio_write(&guest->vfio, guest->bar, offset, &value,
				   sizeof(value)));
}

static void expect_page(const void *addr, uint64_t offset)
{
	assert_true(*(const volatile uint64_t *)addr ==
		    offset * 0x9e3779b97f4a7c15ull + 1);
}

static void maps_show_device_bar_and_offset(void **state)
{
	const struct guest *guest = *state;
	struct vmas_entry entry;
	char name[64];
	void *addr;

	assert_good(brg_vfio_map(&guest->vfio, guest->bar, 3 * MIB, 2 * PAGE,
				 &addr));
	snprintf(name, sizeof(name), "/dmabuf:%s/BAR%u", guest->bdf,
		 guest->bar);
	entry = vmas_find(addr);
	assert_string_equal(entry.name, name);
	assert_int_equal(entry.offset, 3 * MIB);
	munmap((uint8_t *)addr, PAGE);
	entry = vmas_find((uint8_t *)addr + PAGE);
	assert_int_equal(entry.offset, 3 * MIB + PAGE);
	munmap((uint8_t *)addr + PAGE, PAGE);
}

static void each_mapping_has_its_own_part(void **state)
{
	const struct guest *guest = *state;
	static const uint64_t offsets[] = { 0, PAGE, 5 * MIB, 16 * MIB - PAGE };
	void *addr[4];
	size_t i;

	for (i = 0; i < 4; i++) {
		mark_page(guest, offsets[i]);
		assert_good(brg_vfio_map(&guest->vfio, guest->bar, offsets[i],
					 PAGE, &addr[i]));
	}
	for (i = 0; i < 4; i++)
		expect_page(addr[i], offsets[i]);
	for (i = 0; i < 4; i++)
		munmap(addr[i], PAGE);
}

static void huge_pages_are_inserted(void **state)
{
	const struct guest *guest = *state;
	void *addr;

	mark_page(guest, 6 * MIB + 77 * PAGE);
	addr = vmas_map_aligned(guest->vfio.fd, 4 * MIB,
				bar_offset(guest) + 4 * (off_t)MIB);
	assert_in_range(vmas_faults_of(addr, 4 * MIB), 1, 8);
	expect_page((uint8_t *)addr + 2 * MIB + 77 * PAGE, 6 * MIB + 77 * PAGE);
	munmap(addr, 4 * MIB);
}

static void where_huge_pages_do_not_fit_small_ones_are(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr;
	size_t at;

	/* virtually aligned, physically not: no huge page at all */
	addr = vmas_map_aligned(guest->vfio.fd, 2 * MIB,
				bar_offset(guest) + (off_t)PAGE);
	assert_in_range(vmas_faults_of(addr, 2 * MIB), 512, 520);
	for (at = 0; at < 2 * MIB; at += 64 * PAGE) {
		mark_page(guest, at + PAGE);
		expect_page(addr + at, at + PAGE);
	}
	munmap(addr, 2 * MIB);
}

static void private_and_too_long_are_einval(void **state)
{
	const struct guest *guest = *state;
	const off_t start = bar_offset(guest);
	const off_t end = start + (off_t)guest->bar_bytes;
	const int rw = PROT_READ | PROT_WRITE;
	const int fd = guest->vfio.fd;

	assert_errno(vmas_map_errno(fd, PAGE, rw, MAP_PRIVATE, start), EINVAL);
	assert_errno(vmas_map_errno(fd, PAGE, PROT_READ, MAP_PRIVATE, start),
		     EINVAL);
	assert_errno(
		vmas_map_errno(fd, 2 * PAGE, rw, MAP_SHARED, end - (off_t)PAGE),
		EINVAL);
	assert_errno(vmas_map_errno(fd, PAGE, rw, MAP_SHARED, end), EINVAL);
	assert_good(
		vmas_map_errno(fd, PAGE, rw, MAP_SHARED, end - (off_t)PAGE));
}

static void a_mapping_keeps_the_device_open(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr = guest_map_bar(guest);
	struct brg_vfio again;

	brg_vfio_close(&guest->vfio);
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(guest_touch(addr + MIB, true), 0);
	assert_int_not_equal(brg_vfio_open(guest->bdf, &again), 0);
	guest_unmap_bar(guest);
	guest_reopen(guest);
}

static int touch_in_child(void *addr)
{
	return guest_touch(addr, true);
}

static void a_forked_child_has_it_too(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr = guest_map_bar(guest);

	assert_int_equal(vmas_in_child(touch_in_child, addr + PAGE), 0);
	assert_int_equal(addr[PAGE], 0x5a);
}

static void a_moved_mapping_shows_the_same(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr, *moved;

	mark_page(guest, 2 * MIB + PAGE);
	mark_page(guest, 2 * MIB + 2 * PAGE);
	assert_good(brg_vfio_map(&guest->vfio, guest->bar, 2 * MIB, 3 * PAGE,
				 (void **)&addr));
	expect_page(addr + PAGE, 2 * MIB + PAGE);
	moved = vmas_map_aligned(guest->vfio.fd, 3 * PAGE, bar_offset(guest));
	assert_ptr_equal(mremap(addr, 3 * PAGE, 3 * PAGE,
				MREMAP_MAYMOVE | MREMAP_FIXED, moved),
			 moved);
	expect_page(moved + PAGE, 2 * MIB + PAGE);
	expect_page(moved + 2 * PAGE, 2 * MIB + 2 * PAGE);
	/* it cannot grow, into the rest of the BAR or anywhere */
	assert_true(mremap(moved, 3 * PAGE, 8 * PAGE, MREMAP_MAYMOVE) ==
		    MAP_FAILED);
	munmap(moved, 3 * PAGE);
}

static void a_hole_in_the_middle_leaves_both_ends(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr;

	mark_page(guest, 2 * MIB);
	mark_page(guest, 2 * MIB + 2 * PAGE);
	assert_good(brg_vfio_map(&guest->vfio, guest->bar, 2 * MIB, 3 * PAGE,
				 (void **)&addr));
	munmap(addr + PAGE, PAGE);
	expect_page(addr, 2 * MIB);
	expect_page(addr + 2 * PAGE, 2 * MIB + 2 * PAGE);
	assert_int_equal(guest_touch(addr + PAGE, false), SIGSEGV);
	munmap(addr, PAGE);
	expect_page(addr + 2 * PAGE, 2 * MIB + 2 * PAGE);
	munmap(addr + 2 * PAGE, PAGE);
}

static void disabled_memory_is_sigbus_until_enabled(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr = guest_map_bar(guest);

	assert_int_equal(guest_touch(addr, true), 0);
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_int_equal(guest_touch(addr + MIB, false), SIGBUS);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(guest_touch(addr + MIB, false), 0);
}

static void a_mapping_works_after_a_reset(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr = guest_map_bar(guest);

	assert_int_equal(guest_touch(addr, true), 0);
	assert_good(brg_vfio_reset(&guest->vfio));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	/* zapped: the reset took the page away, this is a fault */
	assert_in_range(vmas_faults_of(addr, PAGE), 1, 4);
	assert_int_equal(addr[0], 0x5a);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(maps_show_device_bar_and_offset),
	GUEST_TEST(each_mapping_has_its_own_part),
	GUEST_TEST(huge_pages_are_inserted),
	GUEST_TEST(where_huge_pages_do_not_fit_small_ones_are),
	GUEST_TEST(private_and_too_long_are_einval),
	GUEST_TEST(a_mapping_keeps_the_device_open),
	GUEST_TEST(a_forked_child_has_it_too),
	GUEST_TEST(a_moved_mapping_shows_the_same),
	GUEST_TEST(a_hole_in_the_middle_leaves_both_ends),
	GUEST_TEST(disabled_memory_is_sigbus_until_enabled),
	GUEST_TEST(a_mapping_works_after_a_reset),
};

const struct guest_suite guest_bar_map = GUEST_SUITE(tests);
