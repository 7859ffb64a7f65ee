// SPDX-License-Identifier: GPL-2.0-only
/* Memory that changes is seen through a device, which is a file here. */
#include "../../tests/unit/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "../engine/engine.h"
#include "../engine/sightings.h"

#define PAGES 128
#define BYTES (PAGES * 4096)

static void open_world(struct world *world)
{
	assert_int_equal(world_init(world), 0);
	world->device.vfio = memfd_create("device", MFD_CLOEXEC);
	assert_true(world->device.vfio >= 0);
	assert_int_equal(ftruncate(world->device.vfio, BYTES), 0);
	world->device.bar_bytes = BYTES;
}

static void change(const struct world *world, size_t at, size_t bytes)
{
	static const char data[4096] = { [0 ... 4095] = 'x' };

	assert_int_equal(pwrite(world->device.vfio, data, bytes, (off_t)at),
			 (ssize_t)bytes);
}

/* a first look, a change at @at of @bytes if there are any, a second one */
static bool is_seen(struct world *world, size_t at, size_t bytes, bool off)
{
	struct sightings sightings;
	uint32_t number;

	assert_int_equal(sightings_init(world, PAGES, &sightings), 0);
	sightings_of_host(world, &sightings);
	sightings_of_device(world, &sightings);
	if (bytes)
		change(world, at, bytes);
	if (off) {
		number = promise_begin(&world->shared->off);
		promise_end(&world->shared->off, number, false);
	}
	sightings_compare(world, "a reset", &sightings);
	sightings_free(&sightings);
	close(world->device.vfio);
	return atomic_load(&world->shared->told);
}

static void what_stays_is_right(void **state)
{
	struct world world = {};

	open_world(&world);
	assert_false(is_seen(&world, 0, 0, false));
	assert_int_equal(atomic_load(&world.shared->nr_seen_by_device), 1);
	/* there is no such machine around this one */
	assert_int_equal(atomic_load(&world.shared->nr_seen_by_host), 0);
}

static void a_page_that_arrives_is_seen(void **state)
{
	for (size_t page = 0; page < PAGES; page += PAGES - 1) {
		struct world world = {};

		open_world(&world);
		assert_true(is_seen(&world, page * 4096, 4096, false));
		assert_int_equal(atomic_load(&world.shared->oracle),
				 ORACLE_DMA);
	}
}

/* neighbours have other parts looked at */
static void each_part_of_a_page_is_looked_at_in_some(void **state)
{
	for (size_t sector = 0; sector < 8; sector++) {
		struct world world = {};
		bool seen = false;

		for (size_t page = 0; page < 64 && !seen; page++) {
			memset(&world, 0, sizeof(world));
			open_world(&world);
			seen = is_seen(&world, page * 4096 + sector * 512, 512,
				       false);
		}
		assert_true(seen);
	}
}

static void memory_that_others_take_off_says_nothing(void **state)
{
	struct world world = {};

	open_world(&world);
	assert_false(is_seen(&world, 0, 4096, true));
	assert_int_equal(atomic_load(&world.shared->nr_seen_by_device), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_is_right),
		cmocka_unit_test(a_page_that_arrives_is_seen),
		cmocka_unit_test(each_part_of_a_page_is_looked_at_in_some),
		cmocka_unit_test(memory_that_others_take_off_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
