// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two faults of the same 2 MiB of a BAR: one is about to insert a huge page, and
 * is slow; the other one may not, and puts a page table there.
 */
#include "fixture.h"
#include "guest.h"
#include "points.h"
#include "vmas.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>

static uint8_t *map;

/* The mapping would keep the device open. */
static void undo(void)
{
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	points_end();
	if (map)
		munmap(map, 2 * MIB);
	map = NULL;
	guest_undo();
}

static int setup(void **state)
{
	guest_begin(state, undo);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return fixture_end();
}

static void *write_byte(void *addr)
{
	*(volatile uint8_t *)addr = 1;
	return NULL;
}

/* What the kernel thinks of it is in its log. */
static void a_huge_page_gives_way_to_a_page_table(void **state)
{
	const struct guest *guest = *state;
	struct brg_vfio_region region;
	pthread_t thread;
	int held;

	assert_good(brg_vfio_region(&guest->vfio, guest->bar, &region));
	map = vmas_map_aligned(guest->vfio.fd, 2 * MIB,
			       (off_t)region.file_offset);
	held = points_add("vmf_insert_pfn_pmd:hold=5s,most=1");
	assert_int_equal(pthread_create(&thread, NULL, write_byte, map), 0);
	points_await(held);
	assert_int_equal(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
	map[MIB] = 1;
	points_release(held);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(map[0], 1);
	assert_int_equal(points_stats(held).lapsed, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(a_huge_page_gives_way_to_a_page_table,
					setup, teardown),
};

const struct guest_suite guest_bar_map_race = GUEST_SUITE(tests);
