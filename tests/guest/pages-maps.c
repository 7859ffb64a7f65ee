// SPDX-License-Identifier: GPL-2.0-only
/* Mappings of a device whose memory has pages: which do, and what becomes of it */
#include "children.h"
#include "pages.h"

#include "stuck.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

static void a_mapping_made_before_stays_without_pages(void **state)
{
	const struct guest *guest = *state;
	uint8_t *old = pages_map(guest);

	assert_int_equal(guest_touch(old, true), 0);
	pages_export(guest);
	assert_int_equal(guest_touch(old, false), 0);
	assert_int_equal(guest_touch(old + PAGE, true), 0);
	pages_expect_direct(old, false);
	pages_expect_direct(old + PAGE, false);
}

static void both_mappings_see_the_same_memory(void **state)
{
	const struct guest *guest = *state;
	volatile uint64_t *old, *new;
	void *addr;

	old = (void *)pages_map(guest);
	pages_export(guest);
	assert_good(brg_vfio_map(&guest->vfio, guest->bar, PAGES_OFFSET,
				 PAGES_LEN, &addr));
	new = addr;
	old[5] = 1;
	assert_true(new[5] == 1);
	new[5] = 2;
	assert_true(old[5] == 2);
	pages_expect_direct(addr, true);
	munmap(addr, PAGES_LEN);
}

static void a_mapping_made_elsewhere_has_no_pages(void **state)
{
	const struct guest *guest = *state;
	void *addr;

	pages_export(guest);
	assert_good(
		brg_vfio_map(&guest->vfio, guest->bar, 0, PAGES_OFFSET, &addr));
	assert_int_equal(guest_touch(addr, true), 0);
	pages_expect_direct(addr, false);
	munmap(addr, PAGES_OFFSET);
}

static void a_mapping_outlives_its_pages(void **state)
{
	uint8_t *map = pages_begin(*state);

	assert_int_equal(guest_touch(map, true), 0);
	pages_expect_direct(map, true);
	pages_close();
	pages_expect_direct(map, false);
	assert_int_equal(guest_touch(map, false), 0);
	assert_int_equal(guest_touch(map + PAGE, true), 0);
	/* and gets new ones */
	pages_export(*state);
	pages_expect_direct(map, true);
	pages_expect_direct(map + PAGE, true);
}

static void private_mappings_are_refused(void **state)
{
	const struct guest *guest = *state;
	struct brg_vfio_region region;
	void *addr;

	pages_export(guest);
	assert_good(brg_vfio_region(&guest->vfio, guest->bar, &region));
	addr = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE,
		    guest->vfio.fd, (off_t)(region.file_offset + PAGES_OFFSET));
	assert_ptr_equal(addr, MAP_FAILED);
	assert_int_equal(errno, EINVAL);
}

static void a_child_shares_the_dma_bufs_pages(void **state)
{
	volatile uint8_t *map = pages_begin(*state);
	pid_t pid;

	map[0] = 1;
	pid = child_start();
	if (!pid) {
		bool ok = map[0] == 1 && !pages_read((void *)map, PAGE) &&
			  !pages_read((void *)(map + PAGE), PAGE);

		map[2 * PAGE] = 77;
		_exit(!ok);
	}
	assert_int_equal(child_wait(pid), 0);
	assert_int_equal(map[2 * PAGE], 77);
}

static void a_child_loses_the_pages_as_well(void **state)
{
	uint8_t *map = pages_begin(*state);
	int ready[2], gate[2];
	pid_t pid;
	char byte;

	assert_int_equal(guest_touch(map, true), 0);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(gate), 0);
	/* before the fork: the file is shared, and closed by both */
	pages_disk();
	pid = child_start();
	if (!pid) {
		pages_close();
		close(gate[1]);
		if (pages_read(map, PAGE) || write(ready[1], "x", 1) != 1 ||
		    read(gate[0], &byte, 1))
			_exit(1);
		_exit(!pages_read(map, PAGE) || guest_touch(map, true));
	}
	close(ready[1]);
	child_await(ready[0]);
	pages_close();
	close(gate[1]);
	assert_int_equal(child_wait(pid), 0);
	close(gate[0]);
	close(ready[0]);
}

static void a_mapping_can_move_and_shrink_but_not_grow(void **state)
{
	uint8_t *map = pages_begin(*state);
	uint8_t *room, *moved;

	*(volatile uint8_t *)map = 9;
	assert_ptr_equal(mremap(map, PAGE, 2 * PAGE, MREMAP_MAYMOVE),
			 MAP_FAILED);
	assert_ptr_equal(mremap(map, 0, PAGE, MREMAP_MAYMOVE), MAP_FAILED);
	room = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	assert_ptr_not_equal(room, MAP_FAILED);
	moved = mremap(map, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       room);
	assert_ptr_equal(moved, room);
	assert_int_equal(*(volatile uint8_t *)moved, 9);
	pages_expect_direct(moved, true);
	/* a page that faults in only now, in a part of the old VMA */
	pages_expect_direct(moved + PAGE, true);
	pages_expect_direct(map + 2 * PAGE, true);
	assert_int_equal(guest_touch(map, false), SIGSEGV);
	munmap(moved, 2 * PAGE);
}

static void parts_can_be_dropped_and_faulted_again(void **state)
{
	uint8_t *map = pages_begin(*state);
	int i;

	for (i = 0; i < 100; i++) {
		assert_int_equal(guest_touch(map + i * PAGE, true), 0);
		assert_int_equal(madvise(map, 100 * PAGE, MADV_DONTNEED), 0);
		pages_expect_direct(map + i * PAGE, true);
	}
	/* zone device pages are neither paged out nor migrated */
	madvise(map, PAGES_LEN, MADV_PAGEOUT);
	madvise(map, PAGES_LEN, MADV_COLD);
	assert_int_equal(guest_touch(map, true), 0);
	assert_int_equal(madvise(map, PAGE, MADV_FREE), -1);
	assert_int_equal(madvise(map, PAGE, MADV_REMOVE), -1);
	assert_int_equal(madvise(map, PAGE, MADV_DODUMP), -1);
}

static void dropping_a_page_that_is_pinned_is_harmless(void **state)
{
	uint8_t *map = pages_begin(*state);

	stuck_start(map);
	assert_int_equal(madvise(map, PAGES_LEN, MADV_DONTNEED), 0);
	assert_int_equal(guest_touch(map, true), 0);
	pages_expect_direct(map, true);
	munmap(map, PAGE);
	stuck_end();
	pages_expect_direct(map + PAGE, true);
	pages_unmap();
	pages_map(*state);
}

static const struct CMUnitTest tests[] = {
	PAGES_TEST(a_mapping_made_before_stays_without_pages),
	PAGES_TEST(both_mappings_see_the_same_memory),
	PAGES_TEST(a_mapping_made_elsewhere_has_no_pages),
	PAGES_TEST(a_mapping_outlives_its_pages),
	PAGES_TEST(private_mappings_are_refused),
	PAGES_TEST(a_child_shares_the_dma_bufs_pages),
	PAGES_TEST(a_child_loses_the_pages_as_well),
	PAGES_TEST(a_mapping_can_move_and_shrink_but_not_grow),
	PAGES_TEST(parts_can_be_dropped_and_faulted_again),
	PAGES_TEST(dropping_a_page_that_is_pinned_is_harmless),
};

const struct guest_suite guest_pages_maps = GUEST_SUITE(tests);
