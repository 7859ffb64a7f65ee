// SPDX-License-Identifier: GPL-2.0-only
#include "draw-cpus.h"

#include "random.h"

/* a stream of its own: what else is drawn is as it was; see mix.c for others */
#define STREAM_CPUS (2ull << 32)

/* Numbers, not CPUs: on a smaller machine several are the same one. */
#define MOST_CPUS 240
#define A_FEW 4

/* of the races in which it is drawn, one in so many: all are at the same thing at once */
#define OWN_ONE_IN 2

enum pattern {
	EACH_ITS_OWN,
	ALL_ON_ONE, /* one goes on only where another one is interrupted */
	ON_A_FEW,
};

static enum pattern draw_pattern(struct random *random)
{
	if (random_chance(random, OWN_ONE_IN))
		return EACH_ITS_OWN;
	return random_chance(random, 2) ? ALL_ON_ONE : ON_A_FEW;
}

static unsigned int offset_of(enum pattern pattern, unsigned int actor,
			      struct random *random)
{
	switch (pattern) {
	case ALL_ON_ONE:
		return 0;
	case ON_A_FEW:
		return (unsigned int)random_between(random, 0, A_FEW - 1);
	default:
		return actor;
	}
}

void draw_cpus(uint64_t seed, uint64_t round, struct program *program)
{
	struct random random = random_seed(seed, STREAM_CPUS + round);
	enum pattern pattern;
	unsigned int first;

	if (random_chance(&random, 2))
		return;
	pattern = draw_pattern(&random);
	first = (unsigned int)random_between(&random, 0, MOST_CPUS - 1);
	for (unsigned int i = 0; i < program->nr_actors; i++)
		program->actors[i].cpu =
			1 +
			(first + offset_of(pattern, i, &random)) % MOST_CPUS;
}
