// SPDX-License-Identifier: GPL-2.0-only
/* Ranges of dma-bufs: where they lie, and what of the BAR a mapping shows. */
#include "../../tests/unit/test.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../engine/engine.h"
#include "../engine/io.h"
#include "../engine/ops.h"

#define PAGE 4096
#define BAR_PAGES 4096

static void all_are_in_the_bar(const struct ranges *ranges, unsigned int nr)
{
	assert_int_equal(ranges->nr, nr);
	for (unsigned int i = 0; i < nr; i++) {
		assert_true(ranges->of[i].nr > 0);
		assert_true(ranges->of[i].first + ranges->of[i].nr <=
			    BAR_PAGES);
	}
}

static void drawn_ones_are_in_the_bar(void **state)
{
	for (uint64_t how = 0; how < 5000; how++) {
		unsigned int nr = 1 + how % RANGES_MAX;
		struct ranges ranges = ranges_draw(nr, how, BAR_PAGES, 1);

		all_are_in_the_bar(&ranges, nr);
		assert_true(ranges_pages(&ranges) * PAGE <= SLOT_BYTES);
		if (how & 1)
			assert_int_equal(ranges.of[0].first + ranges.of[0].nr,
					 BAR_PAGES);
	}
}

/* or the kernel refuses them */
static void units_are_aligned_and_differ(void **state)
{
	for (uint64_t how = 0; how < 5000; how++) {
		struct ranges ranges = ranges_draw(8, how, BAR_PAGES, 512);
		unsigned int seen = 0;

		all_are_in_the_bar(&ranges, 8);
		for (unsigned int i = 0; i < ranges.nr; i++) {
			assert_int_equal(ranges.of[i].first % 512, 0);
			assert_int_equal(ranges.of[i].nr, 512);
			seen |= 1u << ranges.of[i].first / 512;
		}
		assert_int_equal(seen, 0xff);
	}
}

static void pages_are_found_across_ranges(void **state)
{
	const struct ranges ranges = {
		.nr = 3,
		.of = { { 100, 2 }, { 7, 1 }, { 50, 5 } },
	};
	uint64_t left;

	assert_int_equal(ranges_pages(&ranges), 8);
	assert_int_equal(ranges_find(&ranges, 1, &left), 101);
	assert_int_equal(left, 1);
	assert_int_equal(ranges_find(&ranges, 2, &left), 7);
	assert_int_equal(ranges_find(&ranges, 3, &left), 50);
	assert_int_equal(left, 5);
	ranges_find(&ranges, 8, &left);
	assert_int_equal(left, 0);
}

/* a file is the BAR, and a dma-buf of it: page n of one is page n of the other */
static void open_world(struct world *world, struct actor *actor)
{
	assert_int_equal(world_init(world), 0);
	touch_init();
	*actor = (struct actor){ .world = world };
	slots_init(world, actor->slots, SLOT_NR_OWN, 1);
	world->device.bar_bytes = BAR_PAGES * PAGE;
	world->device.vfio = memfd_create("bar", MFD_CLOEXEC);
	assert_true(world->device.vfio >= 0);
	assert_int_equal(ftruncate(world->device.vfio, BAR_PAGES * PAGE), 0);
	actor->slots[0].fd = world->device.vfio;
	actor->slots[0].fd_number = 1;
	actor->slots[0].fd_ranges = (struct ranges){
		.nr = 2,
		.of = { { 0, 3 }, { 3, 5 } },
	};
}

static void the_right_pages_are_no_failure(void **state)
{
	static const int64_t part[ENGINE_NR_ARGS] = { 1, 0, 2, 4 };
	static const int64_t all[ENGINE_NR_ARGS] = { 1, 0, 64 };
	struct world world = {};
	struct actor actor;

	open_world(&world, &actor);
	assert_int_equal(op_dmabuf_map.run(&actor, part), 0);
	assert_int_equal(actor.slots[1].bytes, 4 * PAGE);
	assert_int_equal(slot_bar_page(&actor.slots[1], 1), 3);
	assert_int_equal(op_dmabuf_compare.run(&actor, all), 0);
	assert_false(atomic_load(&world.shared->told));
	/* each page is claimed, wherever it is */
	for (int page = 0; page < 8; page++)
		assert_int_equal(atomic_load(&world.shared->users[page]),
				 page >= 2 && page < 6);
	close(world.device.vfio);
}

static void a_wrong_page_is_seen(void **state)
{
	static const int64_t whole[ENGINE_NR_ARGS] = { 1, 0 };
	static const int64_t first[ENGINE_NR_ARGS] = { 1, 0, 3 };
	static const int64_t all[ENGINE_NR_ARGS] = { 1, 0, 64 };
	struct world world = {};
	struct actor actor;

	open_world(&world, &actor);
	actor.slots[0].fd_ranges.of[1].first = 4;
	assert_int_equal(op_dmabuf_map.run(&actor, whole), 0);
	assert_int_equal(op_dmabuf_compare.run(&actor, first), 0);
	assert_false(atomic_load(&world.shared->told));
	assert_int_equal(op_dmabuf_compare.run(&actor, all), 0);
	assert_true(atomic_load(&world.shared->told));
	assert_int_equal(atomic_load(&world.shared->oracle), ORACLE_DATA);
	close(world.device.vfio);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(drawn_ones_are_in_the_bar),
		cmocka_unit_test(units_are_aligned_and_differ),
		cmocka_unit_test(pages_are_found_across_ranges),
		cmocka_unit_test(the_right_pages_are_no_failure),
		cmocka_unit_test(a_wrong_page_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
