// SPDX-License-Identifier: GPL-2.0-only
/* Calls that take too long are noticed, and those that may be slow are not. */
#include "../../tests/unit/test.h"

#include "../engine/actor.h"
#include "../engine/bound.h"
#include "../engine/engine.h"

#define SECOND_NS 1000000000ull

/* a call that began 20 seconds ago and may take ten */
static bool is_late(struct world *world)
{
	bound_begin();
	bound_note(world, "call", engine_now_ns() - 20 * SECOND_NS, 10000, 0);
	bound_judge(world);
	return atomic_load(&world->shared->told);
}

static void what_takes_too_long_is_wrong(void **state)
{
	struct world world = {};

	assert_int_equal(world_init(&world), 0);
	assert_true(is_late(&world));
	assert_int_equal(atomic_load(&world.shared->oracle), ORACLE_HANG);
	assert_non_null(strstr(world.shared->text, "call took 20"));
}

static void io_that_is_under_way_is_waited_for(void **state)
{
	struct world world = {};

	assert_int_equal(world_init(&world), 0);
	gate_take_off(&world);
	assert_false(is_late(&world));
	/* just now */
	gate_land(&world);
	assert_false(is_late(&world));
	atomic_store(&world.shared->landed_ns,
		     engine_now_ns() - 15 * SECOND_NS);
	assert_true(is_late(&world));
}

static void some_wait_for_io_not_forever(void **state)
{
	uint64_t begin_ns = engine_now_ns() - 20 * SECOND_NS;
	struct world world = {};

	assert_int_equal(world_init(&world), 0);
	gate_take_off(&world);
	bound_begin();
	bound_note(&world, "call", begin_ns, 5000, 30000);
	bound_judge(&world);
	assert_false(atomic_load(&world.shared->told));
	bound_note(&world, "call", begin_ns, 5000, 15000);
	bound_judge(&world);
	assert_true(atomic_load(&world.shared->told));
}

static void a_slow_kernel_is_slow(void **state)
{
	struct world world = {};

	assert_int_equal(world_init(&world), 0);
	atomic_store(&world.shared->delayed, true);
	assert_false(is_late(&world));
}

static int take_20_ms(struct actor *actor, const int64_t *arg)
{
	engine_pause_us(20000);
	return 0;
}

static const struct op bounded = {
	.name = "bounded",
	.run = take_20_ms,
	.bound_ms = 5,
};

static const struct op unbounded = {
	.name = "unbounded",
	.run = take_20_ms,
};

static bool is_wrong(const struct op *op)
{
	struct actor_program program = {
		.turns = 1,
		.nr_calls = 1,
		.calls = { { .op = op } },
	};
	struct world world = {};
	struct actor actor;

	assert_int_equal(world_init(&world), 0);
	assert_int_equal(actor_init(&actor, &world, 0, 0), 0);
	actor_do(&actor, &program);
	return atomic_load(&world.shared->told);
}

static void operations_have_a_bound_or_none(void **state)
{
	assert_true(is_wrong(&bounded));
	assert_false(is_wrong(&unbounded));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_too_long_is_wrong),
		cmocka_unit_test(io_that_is_under_way_is_waited_for),
		cmocka_unit_test(some_wait_for_io_not_forever),
		cmocka_unit_test(a_slow_kernel_is_slow),
		cmocka_unit_test(operations_have_a_bound_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
