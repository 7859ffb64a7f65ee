// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the kernel that has all of it, which is that of the planted bugs: a scenario
 * says where the kernel is to be slow, and that can be done. Elsewhere a place that
 * is not there is left out of races, with a warning that is easily missed.
 */
#include "../../tests/unit/test.h"

#include <stdlib.h>

#include <barrage/amplifier.h>
#include <barrage/log.h>

#include "../draw-points.h"
#include "../registry.h"

#define SEEDS 4 /* tried for a place that is drawn */
#define LEAST 100 /* times that scenarios name a place, or not all were read */

/* Whatever is drawn, a place is found: with several seeds, and how long that takes */
static bool is_somewhere(struct brg_amplifier *amplifier,
			 struct brg_amplifier_point *point)
{
	struct brg_amplifier_point settled;

	for (point->seed = 1; point->seed <= SEEDS; point->seed++) {
		uint64_t begin_ns = engine_now_ns();

		settled = *point;
		if (brg_amplifier_settle(amplifier, &settled) < 0)
			return false;
		print_message("# %s+%#x: %llu us\n", settled.symbol,
			      settled.offset_bytes,
			      (unsigned long long)(engine_now_ns() - begin_ns) /
				      1000);
	}
	return true;
}

static bool is_there(struct brg_amplifier *amplifier, const char *text)
{
	struct brg_amplifier_point point;

	if (brg_amplifier_parse(text, &point))
		return false;
	if (point.where == BRG_AMPLIFIER_SOMEWHERE)
		return is_somewhere(amplifier, &point);
	return brg_amplifier_add(amplifier, &point) >= 0;
}

/* one line of a scenario; how many are missing */
static unsigned int nr_missing(struct brg_amplifier *amplifier,
			       const struct stress_scenario *scenario,
			       const char *line, unsigned int *nr)
{
	struct random random = random_seed(1, 0);
	static struct program program;
	unsigned int missing = 0;

	program.nr_points = 0;
	draw_points_add(line, &random, &program);
	for (unsigned int i = 0; i < program.nr_points; i++) {
		if (is_there(amplifier, program.points[i].text))
			continue;
		print_error("%s: %s\n", scenario->name, brg_last_error());
		missing++;
	}
	*nr += program.nr_points;
	assert_int_equal(brg_amplifier_clear(amplifier), 0);
	return missing;
}

static void the_kernel_has_every_place(void **state)
{
	const struct stress_scenario **all;
	unsigned int missing = 0, nr_named = 0;
	struct brg_amplifier amplifier;
	size_t nr;

	all = registry_all(&nr);
	assert_non_null(all);
	if (brg_amplifier_open(&amplifier))
		fail_msg("%s", brg_last_error());
	for (size_t i = 0; i < nr; i++)
		for (unsigned int p = 0;
		     p < STRESS_MAX_POINTS && all[i]->points[p]; p++)
			missing += nr_missing(&amplifier, all[i],
					      all[i]->points[p], &nr_named);
	brg_amplifier_close(&amplifier);
	free(all);
	assert_true(nr_named >= LEAST);
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_has_every_place),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
