// SPDX-License-Identifier: GPL-2.0-only
/* What is known of a device that was closed in a race, and of the next race. */
#include "../../tests/unit/test.h"

#include "../engine/engine.h"
#include "../engine/sight.h"

static void the_next_race_has_not_closed_it(void **state)
{
	struct world world = {};
	struct closing closing;

	assert_int_equal(world_init(&world), 0);
	world_close_begin(&world, &closing);
	assert_true(atomic_load(&world.shared->lent.closed));
	world_close_end(&world, &closing, true);
	assert_true(atomic_load(&world.shared->lent.closed));
	world_quiet(&world);
	assert_false(atomic_load(&world.shared->lent.closed));
}

/* an access to it that succeeds now */
static bool is_wrong(struct world *world, const struct slot *slot)
{
	struct sight sight;

	sight_take(world, slot, &sight);
	sight_judge(world, slot, &sight);
	return atomic_load(&world->shared->told);
}

static void its_memory_is_gone_when_it_is_open_again(void **state)
{
	struct world world = {};
	struct slot before = { .kind = SLOT_P2P }, after = { .kind = SLOT_P2P };
	struct closing closing;

	assert_int_equal(world_init(&world), 0);
	before.epoch = atomic_load(&world.shared->begun);
	world_close_begin(&world, &closing);
	after.epoch = atomic_load(&world.shared->begun);
	assert_false(is_wrong(&world, &before));
	world_close_end(&world, &closing, true);
	assert_false(is_wrong(&world, &after));
	assert_true(is_wrong(&world, &before));
	assert_int_equal(atomic_load(&world.shared->oracle), ORACLE_MAPPING);
}

static void nobody_knows_where_it_cannot_be_opened(void **state)
{
	struct slot before = { .kind = SLOT_P2P };
	struct world world = {};
	struct closing closing;

	assert_int_equal(world_init(&world), 0);
	before.epoch = atomic_load(&world.shared->begun);
	world_close_begin(&world, &closing);
	world_close_end(&world, &closing, false);
	assert_false(is_wrong(&world, &before));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_race_has_not_closed_it),
		cmocka_unit_test(its_memory_is_gone_when_it_is_open_again),
		cmocka_unit_test(nobody_knows_where_it_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
