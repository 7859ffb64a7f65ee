// SPDX-License-Identifier: GPL-2.0-only
#include "shuffle.h"

uint64_t shuffle_next(struct shuffle *shuffle)
{
	uint64_t z = shuffle->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

void shuffle_order(struct shuffle *shuffle, unsigned int *order, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		order[i] = (unsigned int)i;
	for (size_t i = nr; i > 1; i--) {
		size_t j = shuffle_next(shuffle) % i;
		unsigned int swap = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swap;
	}
}
