// SPDX-License-Identifier: GPL-2.0-only
/* What calls may end with, besides what their operations have in their tables */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "../engine/actor.h"

/* in place of the kernel's */
void slots_init(struct world *world, struct slot *slots, unsigned int nr,
		unsigned int part)
{
}

void slots_clear(struct world *world, struct slot *slots, unsigned int nr)
{
}

/* a call that ends so, and until then in another way so many times */
static int ends_with, until_then;
static unsigned int nr_times;

static int do_end(struct actor *actor, const int64_t *arg)
{
	if (!nr_times)
		return ends_with;
	nr_times--;
	return until_then;
}

static const struct op op_end = {
	.name = "end",
	.run = do_end,
	.may = MAY(-EBUSY),
};

static const struct actor_program program = {
	.name = "actor",
	.turns = 1,
	.nr_calls = 1,
	.calls = { { .op = &op_end } },
};

static struct shared shared;

static bool is_right(bool strict, bool scarce)
{
	struct world world = { .shared = &shared };
	struct actor actor = {
		.world = &world,
		.log = &shared.log[0],
		.strict = strict,
	};

	memset(&shared, 0, sizeof(shared));
	atomic_store(&shared.scarce, scarce);
	actor_do(&actor, &program);
	return !atomic_load(&shared.told);
}

static void memory_may_lack_where_others_use_it_up(void **state)
{
	ends_with = -ENOMEM;
	nr_times = 0;
	assert_false(is_right(false, false));
	assert_true(is_right(false, true));
	/* they have ended by then */
	assert_false(is_right(true, true));
	ends_with = -EINVAL;
	assert_false(is_right(false, true));
}

/* what a process had that was killed before */
static void who_is_alone_may_find_it_busy_for_a_moment(void **state)
{
	ends_with = 0;
	until_then = -EBUSY;
	nr_times = 3;
	assert_true(is_right(true, false));
	assert_int_equal(nr_times, 0);
	assert_int_equal(shared.log[0].last[0], 0);
	assert_int_equal(atomic_load(&shared.log[0].nr_done), 1);
	until_then = -EAGAIN;
	nr_times = 3;
	assert_false(is_right(true, false));
	assert_int_equal(nr_times, 2);
}

static void but_not_for_good(void **state)
{
	ends_with = -EBUSY;
	nr_times = 0;
	assert_false(is_right(true, false));
	assert_int_equal(shared.oracle, ORACLE_RESULT);
	assert_string_equal(shared.text, "end: EBUSY");
	assert_true(is_right(false, false));
}

static void with_others_nothing_is_tried_again(void **state)
{
	ends_with = 0;
	until_then = -EBUSY;
	nr_times = 3;
	assert_true(is_right(false, false));
	assert_int_equal(nr_times, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_may_lack_where_others_use_it_up),
		cmocka_unit_test(who_is_alone_may_find_it_busy_for_a_moment),
		cmocka_unit_test(but_not_for_good),
		cmocka_unit_test(with_others_nothing_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
