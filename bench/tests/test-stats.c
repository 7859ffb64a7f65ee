// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <errno.h>

#include "../shuffle.h"
#include "../stats.h"

static void quantiles_are_exact(void **state)
{
	const double samples[] = { 5, 1, 4, 2, 3 };
	const double two[] = { 10, 20 };
	double value;

	assert_int_equal(stats_quantile(samples, 5, 0.5, &value), 0);
	assert_near(value, 3.0);
	assert_int_equal(stats_quantile(samples, 5, 0, &value), 0);
	assert_near(value, 1.0);
	assert_int_equal(stats_quantile(samples, 5, 1, &value), 0);
	assert_near(value, 5.0);
	assert_int_equal(stats_quantile(two, 2, 0.25, &value), 0);
	assert_near(value, 12.5);
	assert_near(samples[0], 5.0);
}

static void quantile_of_nothing(void **state)
{
	double value = 7;

	assert_int_equal(stats_quantile(NULL, 0, 0.5, &value), -EINVAL);
	assert_near(value, 7.0);
}

static void ratios_are_taken_round_by_round(void **state)
{
	const double p2p[] = { 90, 40, 30 };
	const double host[] = { 100, 0, 20 };
	double ratios[3];

	assert_int_equal(stats_ratios(p2p, host, 3, ratios), 2);
	assert_near(ratios[0], 0.9);
	assert_near(ratios[1], 1.5);
}

static void doubts(void **state)
{
	const double steady[] = { 100, 101, 99, 100 };
	const double wide[] = { 100, 200, 50, 120 };
	const double counted[] = { 7, 7, 7 };

	assert_null(stats_doubt(steady, 4));
	assert_null(stats_doubt(counted, 3));
	assert_non_null(stats_doubt(wide, 4));
	assert_non_null(stats_doubt(steady, 2));
}

static void orders_are_permutations(void **state)
{
	struct shuffle shuffle = { .state = 42 };
	unsigned int order[5], seen = 0;

	for (int round = 0; round < 100; round++) {
		unsigned int bits = 0;

		shuffle_order(&shuffle, order, 5);
		for (int i = 0; i < 5; i++) {
			assert_true(order[i] < 5);
			bits |= 1u << order[i];
		}
		assert_int_equal(bits, 31);
		seen |= 1u << order[0];
	}
	/* each had the first turn */
	assert_int_equal(seen, 31);
}

static void orders_follow_from_the_seed(void **state)
{
	struct shuffle a = { .state = 1 }, b = { .state = 1 };

	for (int i = 0; i < 10; i++)
		assert_true(shuffle_next(&a) == shuffle_next(&b));
	b.state = 2;
	assert_true(shuffle_next(&a) != shuffle_next(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_exact),
		cmocka_unit_test(quantile_of_nothing),
		cmocka_unit_test(ratios_are_taken_round_by_round),
		cmocka_unit_test(doubts),
		cmocka_unit_test(orders_are_permutations),
		cmocka_unit_test(orders_follow_from_the_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
