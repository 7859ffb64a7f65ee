// SPDX-License-Identifier: GPL-2.0-only
/* What a slot has is given back once, also where several actors share it. */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../engine/engine.h"
#include "../engine/ops.h"

#define NR_ACTORS 4
#define NR_TIMES 200000

/* an iommufd that refuses everything: who asks it gets -ENOTTY */
static void open_world(struct world *world)
{
	assert_int_equal(world_init(world), 0);
	world->device.iommufd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_true(world->device.iommufd >= 0);
}

static void close_world(struct world *world)
{
	close(world->device.iommufd);
}

static void one_mapping_follows_another(void **state)
{
	struct world world = {};
	struct slot *slot = &world.slots[0];

	open_world(&world);
	assert_int_equal(slot_iova_change(&world, slot, 0x1000, 0x2000),
			 DONE_NOTHING);
	/* the first one is not forgotten */
	assert_int_equal(slot_iova_change(&world, slot, 0x8000, 0x2000),
			 -ENOTTY);
	assert_int_equal(slot_iova_change(&world, slot, 0, 0), -ENOTTY);
	assert_int_equal(slot_iova_change(&world, slot, 0, 0), DONE_NOTHING);
	close_world(&world);
}

static struct world shared;
static atomic_uint nr_made, nr_ended;

static void *map_and_unmap(void *arg)
{
	for (int i = 0; i < NR_TIMES; i++) {
		atomic_fetch_add(&nr_made, 1);
		if (slot_iova_change(&shared, &shared.slots[0], 1, 1) < 0)
			atomic_fetch_add(&nr_ended, 1);
		if (slot_iova_change(&shared, &shared.slots[0], 0, 0) < 0)
			atomic_fetch_add(&nr_ended, 1);
	}
	return NULL;
}

static void each_mapping_ends_once(void **state)
{
	pthread_t threads[NR_ACTORS];

	open_world(&shared);
	for (int i = 0; i < NR_ACTORS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, map_and_unmap, NULL),
			0);
	for (int i = 0; i < NR_ACTORS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&nr_ended), atomic_load(&nr_made));
	close_world(&shared);
}

static void what_moves_remains_what_it_is(void **state)
{
	static const int64_t from_0_to_1[ENGINE_NR_ARGS] = { 0, 1 };
	struct world world = {};
	struct actor actor = { .world = &world, .alone = true };

	assert_int_equal(world_init(&world), 0);
	slots_init(&world, actor.slots, SLOT_NR_OWN, 1);
	assert_int_equal(
		slot_map(&actor, &actor.slots[0], SLOT_DMABUF, -1, 0, 4096), 0);
	actor.slots[0].map_number = 5;
	assert_int_equal(op_mremap.run(&actor, from_0_to_1), 0);
	assert_int_equal(actor.slots[1].kind, SLOT_DMABUF);
	assert_int_equal(actor.slots[1].map_number, 5);
}

static void a_file_that_others_closed_says_nothing(void **state)
{
	struct slot slot = { .fd = 7, .fd_number = 3 };

	assert_int_equal(slot_fd_result(&slot, 7, 3, -EBADF), -EBADF);
	assert_int_equal(slot_fd_result(&slot, 7, 3, -EINVAL), -EINVAL);
	slot.fd = -1;
	assert_int_equal(slot_fd_result(&slot, 7, 3, -EBADF), DONE_NOTHING);
	/* another one that has the same number */
	slot.fd = 7;
	slot.fd_number = 4;
	assert_int_equal(slot_fd_result(&slot, 7, 3, -EINVAL), DONE_NOTHING);
	assert_int_equal(slot_fd_result(&slot, 7, 3, 0), 0);
}

/* a file for the device's: BAR 0 begins where it does */
static void a_mapping_ends_where_the_bar_does(void **state)
{
	static const int64_t last[ENGINE_NR_ARGS] = { 0, 510, 64 };
	static const int64_t behind[ENGINE_NR_ARGS] = { 0, 512, 1 };
	struct world world = {};
	struct actor actor = { .world = &world };

	assert_int_equal(world_init(&world), 0);
	slots_init(&world, actor.slots, SLOT_NR_OWN, 1);
	world.device.bar_bytes = 2ull << 20;
	world.device.vfio = memfd_create("bar", MFD_CLOEXEC);
	assert_true(world.device.vfio >= 0);
	assert_int_equal(op_bar_map.run(&actor, behind), DONE_NOTHING);
	assert_int_equal(actor.slots[0].kind, SLOT_EMPTY);
	assert_int_equal(op_bar_map.run(&actor, last), 0);
	assert_int_equal(actor.slots[0].bytes, 2 * 4096);
	close(world.device.vfio);
}

static void pages_are_counted_from_either_end(void **state)
{
	const struct slot slot = { .kind = SLOT_P2P, .bytes = 8 * 4096 };
	static const struct {
		int64_t pages, page, nr;
	} cases[] = { { 3, 0, 3 },  { 9, 0, 8 },  { 0, 0, 1 },
		      { -1, 7, 1 }, { -8, 0, 8 }, { -9, 0, 8 } };
	int64_t page, nr;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(
			slot_end_range(&slot, cases[i].pages, &page, &nr), 0);
		assert_int_equal(page, cases[i].page);
		assert_int_equal(nr, cases[i].nr);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_mapping_follows_another),
		cmocka_unit_test(each_mapping_ends_once),
		cmocka_unit_test(what_moves_remains_what_it_is),
		cmocka_unit_test(a_file_that_others_closed_says_nothing),
		cmocka_unit_test(a_mapping_ends_where_the_bar_does),
		cmocka_unit_test(pages_are_counted_from_either_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
