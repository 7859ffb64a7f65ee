// SPDX-License-Identifier: GPL-2.0-only
#include "random.h"

/* SplitMix64: any state is a good one, and streams need no warming up */
#define STEP 0x9e3779b97f4a7c15ull

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

struct random random_seed(uint64_t seed, uint64_t stream)
{
	return (struct random){ mix(seed + STEP) ^ mix(stream * STEP + 1) };
}

uint64_t random_next(struct random *random)
{
	return mix(random->state += STEP);
}

int64_t random_between(struct random *random, int64_t min, int64_t max)
{
	uint64_t span = (uint64_t)max - (uint64_t)min + 1;

	if (max <= min)
		return min;
	/* the bias is below 2^-40 for ranges that anybody uses */
	return min + (int64_t)(random_next(random) % span);
}

uint32_t random_scale(struct random *random, uint32_t max)
{
	unsigned int bits = 0;
	uint32_t top;

	while (bits < 32 && max >> bits)
		bits++;
	bits = (unsigned int)random_between(random, 0, bits);
	top = bits >= 32 ? max : (1u << bits) - 1;
	return (uint32_t)random_between(random, 0, top < max ? top : max);
}

int random_chance(struct random *random, unsigned int n)
{
	return n && !(random_next(random) % n);
}
