// SPDX-License-Identifier: GPL-2.0-only
#include "races.h"

#include "draw.h"
#include "mix.h"

const struct stress_scenario *
races_get(const struct races *races, uint64_t number, struct program *program)
{
	if (races->nr_given) {
		*program = races->given[number % races->nr_given];
		return races->of[number % races->nr_given];
	}
	if (races->scenario->strangers)
		return mix_draw(races, number, program);
	draw_program(races->scenario, races->seed, number, races->has, program);
	return races->scenario;
}

bool races_fault(const struct races *races, uint64_t number)
{
	static struct program program;

	races_get(races, number, &program);
	if (engine_faults(&program))
		return true;
	if (!number)
		return false;
	races_get(races, number - 1, &program);
	return engine_faults(&program);
}

uint64_t races_number(const struct races *races, uint64_t round)
{
	uint64_t nr = races->nr_given;

	if (!nr)
		return round;
	return (races->number + 1 > nr ? races->number + 1 - nr : 0) +
	       round % nr;
}

void races_keep(const struct races *from, uint64_t number, struct races *to)
{
	unsigned int nr = number + 1 < RACES_KEPT ? (unsigned int)number + 1 :
						    RACES_KEPT;

	if (from->nr_given) {
		*to = *from;
		to->number = number;
		to->gaps = false;
		for (unsigned int i = 0; i < from->nr_given; i++)
			to->of[i] =
				races_get(from, number + 1 + i, &to->given[i]);
		return;
	}
	*to = *from;
	to->number = number;
	to->nr_given = nr;
	for (unsigned int i = 0; i < nr; i++)
		to->of[i] = races_get(from, number + 1 - nr + i, &to->given[i]);
}
