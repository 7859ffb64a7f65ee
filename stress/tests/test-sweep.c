// SPDX-License-Identifier: GPL-2.0-only
/* A call of which one allocation after the other fails, on a kernel of our own */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "../engine/actor.h"
#include "../engine/fail-nth.h"

/* in place of the kernel's: the n-th of the allocations to come fails */
static uint32_t nth;

int fail_nth_open(void)
{
	return 1000000;
}

void fail_nth_arm(int fd, uint32_t n)
{
	nth = n;
}

uint32_t fail_nth_disarm(int fd)
{
	uint32_t left = nth;

	nth = 0;
	return left;
}

void slots_init(struct world *world, struct slot *slots, unsigned int nr,
		unsigned int part)
{
}

void slots_clear(struct world *world, struct slot *slots, unsigned int nr)
{
}

static bool allocate(void)
{
	return !nth || --nth;
}

/* three allocations; what the second one leaves behind where it fails, if it does */
static bool leaks, is_there;
static unsigned int nr_runs, nr_refused, nr_spared;

static int do_make(struct actor *actor, const int64_t *arg)
{
	uint32_t left;

	nr_runs++;
	if (is_there)
		return -EEXIST;
	left = actor_spare(actor);
	nr_spared += allocate();
	actor_spare_no_more(actor, left);
	for (int i = 0; i < 3; i++)
		if (!allocate()) {
			nr_refused++;
			is_there = leaks && i == 1;
			return -ENOMEM;
		}
	is_there = true;
	return 0;
}

static int do_undo(struct actor *actor, const int64_t *arg)
{
	is_there = false;
	return 0;
}

static const struct op op_make = {
	.name = "make",
	.run = do_make,
	.may = MAY(-EEXIST),
};
static const struct op op_undo = { .name = "undo", .run = do_undo };

static const struct actor_program program = {
	.name = "sweeper",
	.turns = 1,
	.nr_calls = 2,
	.calls = { { .op = &op_make, .sweep = true }, { .op = &op_undo } },
};

static struct shared shared;
static struct world world = { .shared = &shared };

static void sweep(bool strict)
{
	struct actor actor = {
		.world = &world,
		.log = &shared.log[0],
		.strict = strict,
	};

	memset(&shared, 0, sizeof(shared));
	nr_runs = nr_refused = nr_spared = 0;
	is_there = false;
	assert_true(actor_sweeps(&program));
	actor_do(&actor, &program);
}

/* Each fails once, the call works again at once, and the last turn has no failure. */
static void each_allocation_fails_once(void **state)
{
	leaks = false;
	sweep(true);
	assert_false(atomic_load(&shared.told));
	assert_int_equal(nr_refused, 3);
	assert_int_equal(nr_runs, 3 * 2 + 1);
	assert_int_equal(nr_spared, nr_runs);
	assert_int_equal(atomic_load(&shared.nr_failed), 3);
}

static void what_is_left_behind_is_seen(void **state)
{
	leaks = true;
	sweep(true);
	assert_true(atomic_load(&shared.told));
	assert_int_equal(shared.oracle, ORACLE_RESULT);
	assert_string_equal(shared.text, "make: EEXIST");
}

/* Others may be why: what is right at any time is. */
static void with_others_it_is_right_what_may_be(void **state)
{
	leaks = true;
	sweep(false);
	assert_false(atomic_load(&shared.told));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_fails_once),
		cmocka_unit_test(what_is_left_behind_is_seen),
		cmocka_unit_test(with_others_it_is_right_what_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
