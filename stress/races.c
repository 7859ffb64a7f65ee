// SPDX-License-Identifier: GPL-2.0-only
#include "races.h"

#include "draw.h"

void races_get(const struct races *races, uint64_t number,
	       struct program *program)
{
	if (races->nr_given)
		*program = races->given[number % races->nr_given];
	else
		draw_program(races->scenario, races->seed, number, races->has,
			     program);
}

void races_keep(const struct races *from, uint64_t number, struct races *to)
{
	unsigned int nr = number + 1 < RACES_KEPT ? (unsigned int)number + 1 :
						    RACES_KEPT;

	if (from->nr_given) {
		*to = *from;
		return;
	}
	*to = (struct races){
		.scenario = from->scenario,
		.seed = from->seed,
		.has = from->has,
		.nr_given = nr,
	};
	for (unsigned int i = 0; i < nr; i++)
		races_get(from, number + 1 - nr + i, &to->given[i]);
}
