// SPDX-License-Identifier: GPL-2.0-only
#include "draw-points.h"

#include <stdio.h>
#include <string.h>

#define NO_POINTS_ONE_IN 10 /* races */
#define FIRST_PERCENT 90 /* opens what the race is about */
#define POINT_PERCENT 75
#define MANY_POINTS 4 /* in a race, of those that have more, about */

void draw_points_add(const char *text, struct random *random,
		     struct program *program)
{
	while (*text && program->nr_points < ENGINE_MAX_POINTS) {
		size_t bytes = strcspn(text, "&");

		snprintf(program->points[program->nr_points++].text,
			 ENGINE_POINT_BYTES, "%.*s,seed=%u", (int)bytes, text,
			 (unsigned int)random_next(random));
		text += bytes;
		text += *text == '&';
	}
}

/* There are races without any, so the only one need not be left out again. */
static unsigned int percent_of(unsigned int i, unsigned int nr)
{
	unsigned int percent = MANY_POINTS * 100 / nr;

	if (nr == 1)
		return 100;
	if (!i)
		return FIRST_PERCENT;
	return percent < POINT_PERCENT ? percent : POINT_PERCENT;
}

void draw_points(const struct stress_scenario *scenario, uint64_t seed,
		 uint64_t round, struct program *program)
{
	struct random random = random_seed(~seed, round);
	unsigned int nr = 0;

	while (nr < STRESS_MAX_POINTS && scenario->points[nr])
		nr++;
	if (!nr || random_chance(&random, NO_POINTS_ONE_IN))
		return;
	for (unsigned int i = 0; i < nr; i++)
		if (random_between(&random, 1, 100) <= percent_of(i, nr))
			draw_points_add(scenario->points[i], &random, program);
}
