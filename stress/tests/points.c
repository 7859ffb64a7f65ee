// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the kernel that has all of it, which is that of the planted bugs: a scenario
 * says where the kernel is to be slow, and that can be done. Elsewhere a place that
 * is not there is left out of races, with a warning that is easily missed.
 */
#include "../../tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include <barrage/amplifier.h>
#include <barrage/log.h>

#include "../draw.h"
#include "../registry.h"

#define ROUNDS 60 /* of a scenario, in which each of its points is drawn */
#define LEAST 20 /* places that scenarios name, at least */

/* The module has room for some: one that is added before need not be again. */
struct seen {
	char names[512][ENGINE_POINT_BYTES];
	unsigned int nr;
};

static bool is_new(struct seen *seen, const char *text)
{
	char name[ENGINE_POINT_BYTES];

	strcpy(name, text);
	name[strcspn(name, ":")] = '\0';
	for (unsigned int i = 0; i < seen->nr; i++)
		if (!strcmp(seen->names[i], name))
			return false;
	assert_true(seen->nr < sizeof(seen->names) / sizeof(*seen->names));
	strcpy(seen->names[seen->nr++], name);
	return true;
}

static unsigned int nr_missing(struct brg_amplifier *amplifier,
			       struct seen *seen,
			       const struct stress_scenario *scenario)
{
	static struct program program;
	unsigned int missing = 0;

	for (uint64_t round = 0; round < ROUNDS; round++) {
		draw_program(scenario, 1, round, ~0u, &program);
		for (unsigned int i = 0; i < program.nr_points; i++) {
			struct brg_amplifier_point point;

			if (!is_new(seen, program.points[i].text))
				continue;
			if (!brg_amplifier_parse(program.points[i].text,
						 &point) &&
			    brg_amplifier_add(amplifier, &point) >= 0)
				continue;
			print_error("%s: %s\n", scenario->name,
				    brg_last_error());
			missing++;
		}
		assert_int_equal(brg_amplifier_clear(amplifier), 0);
	}
	return missing;
}

static void the_kernel_has_every_place(void **state)
{
	const struct stress_scenario **all;
	struct brg_amplifier amplifier;
	static struct seen seen;
	unsigned int missing = 0;
	size_t nr;

	all = registry_all(&nr);
	assert_non_null(all);
	if (brg_amplifier_open(&amplifier))
		fail_msg("%s", brg_last_error());
	for (size_t i = 0; i < nr; i++)
		missing += nr_missing(&amplifier, &seen, all[i]);
	brg_amplifier_close(&amplifier);
	free(all);
	assert_true(seen.nr >= LEAST);
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
