// SPDX-License-Identifier: GPL-2.0-only
/* What is known of a device that was closed in a race, and of the next race. */
#include "../../tests/unit/test.h"

#include "../engine/engine.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_race_has_not_closed_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
