// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include "slices.h"

#include <errno.h>
#include <stdlib.h>

static struct brg_slices slices;

static int setup(void **state)
{
	slices = (struct brg_slices){ .length = 100 };
	return 0;
}

static int teardown(void **state)
{
	brg_slices_clear(&slices);
	assert_true(brg_slices_largest(&slices) == 100);
	return 0;
}

static uint64_t take(uint64_t length)
{
	uint64_t offset;

	assert_int_equal(brg_slices_take(&slices, length, &offset), 0);
	return offset;
}

static void pieces_follow_each_other(void **state)
{
	assert_int_equal(take(40), 0);
	assert_int_equal(take(40), 40);
	assert_int_equal(take(20), 80);
}

static void the_end_is_an_end(void **state)
{
	uint64_t offset = 7;

	take(60);
	assert_int_equal(brg_slices_take(&slices, 41, &offset), -ENOMEM);
	assert_int_equal(offset, 7);
	assert_int_equal(brg_slices_largest(&slices), 40);
	assert_int_equal(brg_slices_take(&slices, 101, &offset), -ENOMEM);
}

static void a_gap_is_used_again(void **state)
{
	take(20);
	take(30);
	take(50);
	brg_slices_give(&slices, 20);
	assert_int_equal(brg_slices_largest(&slices), 30);
	assert_int_equal(take(10), 20);
	assert_int_equal(take(20), 30);
	assert_int_equal(brg_slices_largest(&slices), 0);
}

static void a_gap_that_is_too_small_is_passed_over(void **state)
{
	take(10);
	take(10);
	brg_slices_give(&slices, 0);
	assert_int_equal(take(20), 20);
}

static void giving_what_was_not_taken_does_nothing(void **state)
{
	take(10);
	brg_slices_give(&slices, 5);
	assert_int_equal(brg_slices_largest(&slices), 90);
}

static void random_use_never_overlaps(void **state)
{
	bool taken[100] = {};
	uint64_t from[100] = {}, length[100] = {}, offset;
	unsigned int round, slot, i;

	srandom(1);
	for (round = 0; round < 20000; round++) {
		slot = (unsigned int)random() % 100;
		if (length[slot]) {
			brg_slices_give(&slices, from[slot]);
			for (i = 0; i < length[slot]; i++)
				taken[from[slot] + i] = false;
			length[slot] = 0;
			continue;
		}
		length[slot] = 1 + (unsigned int)random() % 20;
		if (brg_slices_take(&slices, length[slot], &offset)) {
			assert_true(brg_slices_largest(&slices) < length[slot]);
			length[slot] = 0;
			continue;
		}
		from[slot] = offset;
		for (i = 0; i < length[slot]; i++) {
			assert_false(taken[offset + i]);
			taken[offset + i] = true;
		}
	}
}

#define SLICES_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SLICES_TEST(pieces_follow_each_other),
		SLICES_TEST(the_end_is_an_end),
		SLICES_TEST(a_gap_is_used_again),
		SLICES_TEST(a_gap_that_is_too_small_is_passed_over),
		SLICES_TEST(giving_what_was_not_taken_does_nothing),
		SLICES_TEST(random_use_never_overlaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
