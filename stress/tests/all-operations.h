/* SPDX-License-Identifier: GPL-2.0-only */
/* all-operations - a race of all operations there are */
#ifndef STRESS_TESTS_ALL_OPERATIONS_H
#define STRESS_TESTS_ALL_OPERATIONS_H

#include "../../tests/unit/test.h"

#include "../races.h"

extern const struct op *const __start_stress_ops[];
extern const struct op *const __stop_stress_ops[];

static const struct stress_scenario all_operations = {
	.name = "all-operations",
};

static inline void add_all(struct program *program)
{
	struct actor_program *actor = NULL;

	for (const struct op *const *op = __start_stress_ops;
	     op < __stop_stress_ops; op++) {
		if (!actor || actor->nr_calls == 8) {
			assert_true(program->nr_actors < ENGINE_MAX_ACTORS);
			actor = &program->actors[program->nr_actors++];
			actor->name = "actor";
			actor->turns = 1;
		}
		actor->calls[actor->nr_calls++] = (struct call){ .op = *op };
	}
}

static inline struct races *all_races(void)
{
	static struct races races;

	races = (struct races){ .scenario = &all_operations, .nr_given = 1 };
	races.given[0].before.name = "before";
	races.given[0].after.name = "after";
	add_all(&races.given[0]);
	return &races;
}

#endif
