// SPDX-License-Identifier: GPL-2.0-only
/* The points of a race, in an amplifier that only counts */
#include "../../tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "../delays.h"

/* in place of lib/amplifier.c */
static unsigned int nr_clears, nr_adds, nr_points;
static uint32_t last_offset;

int brg_amplifier_open(struct brg_amplifier *amplifier)
{
	amplifier->fd = 0;
	return 0;
}

void brg_amplifier_close(struct brg_amplifier *amplifier)
{
	amplifier->fd = -1;
}

int brg_amplifier_clear(const struct brg_amplifier *amplifier)
{
	nr_clears++;
	nr_points = 0;
	return 0;
}

int brg_amplifier_add(const struct brg_amplifier *amplifier,
		      const struct brg_amplifier_point *point)
{
	if (!strcmp(point->symbol, "absent"))
		return -ENOENT;
	nr_adds++;
	last_offset = point->offset_bytes;
	return (int)nr_points++;
}

int brg_amplifier_stats(const struct brg_amplifier *amplifier, int id,
			struct brg_amplifier_stats *stats)
{
	*stats = (struct brg_amplifier_stats){ .passed = 3, .acted = 2 };
	return 0;
}

static void open_fake(struct delays *delays)
{
	nr_clears = nr_adds = nr_points = 0;
	delays_open(delays, true);
}

static struct program slow_program(void)
{
	struct program program = { .nr_points = 3 };

	strcpy(program.points[0].text, "a:1ms,most=2");
	strcpy(program.points[1].text, "absent:1ms");
	strcpy(program.points[2].text, "b:1ms/0.5,seed=7");
	return program;
}

/* What is used up in one race is there again in the next one, which is the same. */
static void each_race_has_its_points_anew(void **state)
{
	static struct program program;
	struct delays delays;

	program = slow_program();
	open_fake(&delays);
	for (unsigned int i = 1; i <= 3; i++) {
		delays_set(&delays, &program);
		assert_int_equal(nr_adds, 2 * i);
		assert_int_equal(nr_points, 2);
	}
	delays_close(&delays);
	assert_int_equal(delays.nr_passed, 3 * 2 * 3);
	assert_int_equal(delays.nr_delayed, 3 * 2 * 2);
}

static void without_points_nothing_is_done(void **state)
{
	static struct program none, some;
	struct delays delays;

	some = slow_program();
	open_fake(&delays);
	delays_set(&delays, &none);
	delays_set(&delays, &none);
	assert_int_equal(nr_clears, 0);
	delays_set(&delays, &some);
	delays_set(&delays, &none);
	assert_int_equal(nr_points, 0);
	delays_close(&delays);
}

/* What was drawn is where it is again, whatever else is slow. */
static void what_was_drawn_is_named(void **state)
{
	static struct program program;
	struct delays delays;

	program = slow_program();
	strcpy(program.points[3].text, "f+any:1ms/0.5,any,seed=7");
	program.nr_points = 4;
	open_fake(&delays);
	delays_set(&delays, &program);
	assert_int_equal(delays.offsets[0], 0);
	assert_int_equal(delays.offsets[1], 0);
	assert_int_equal(delays.offsets[3], last_offset);
	delays.offsets[3] = 0x1f;
	delays_name(&program, delays.offsets);
	assert_string_equal(program.points[0].text, "a:1ms,most=2");
	assert_string_equal(program.points[3].text,
			    "f+0x1f:1ms/0.5,any,seed=7");
	delays_set(&delays, &program);
	assert_int_equal(last_offset, 0x1f);
	assert_int_equal(delays.offsets[3], 0);
	/* where it could not be had it is drawn again */
	strcpy(program.points[3].text, "absent+any:1ms");
	delays_set(&delays, &program);
	delays_name(&program, delays.offsets);
	assert_string_equal(program.points[3].text, "absent+any:1ms");
	delays_close(&delays);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_race_has_its_points_anew),
		cmocka_unit_test(what_was_drawn_is_named),
		cmocka_unit_test(without_points_nothing_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
