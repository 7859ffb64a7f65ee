// SPDX-License-Identifier: GPL-2.0-only
#include "pinned.h"

void pinned_begin(struct pinned *pinned, uint64_t page)
{
	if (page / PINNED_UNIT < PINNED_NR_UNITS)
		atomic_fetch_add(&pinned->nr[page / PINNED_UNIT], 1);
}

/* In this order: who reads the second first never counts one that has gone. */
void pinned_end(struct pinned *pinned, uint64_t page)
{
	if (page / PINNED_UNIT < PINNED_NR_UNITS)
		atomic_fetch_sub(&pinned->nr[page / PINNED_UNIT], 1);
	atomic_fetch_add(&pinned->nr_let_go, 1);
}

uint64_t pinned_since(struct pinned *pinned, uint64_t first, uint64_t nr)
{
	uint64_t since = 1 + (uint64_t)atomic_load(&pinned->nr_let_go);
	uint64_t end = (first + nr + PINNED_UNIT - 1) / PINNED_UNIT;

	for (uint64_t i = first / PINNED_UNIT; i < end && i < PINNED_NR_UNITS;
	     i++)
		if (atomic_load(&pinned->nr[i]) > 0)
			return since;
	return 0;
}

bool pinned_still(struct pinned *pinned, uint64_t since)
{
	return since && 1 + (uint64_t)atomic_load(&pinned->nr_let_go) == since;
}
