// SPDX-License-Identifier: GPL-2.0-only
#include "ledger-series.h"

#define NR_QUARTERS 4

static int64_t less(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void halve(struct ledger_series *series)
{
	series->nr /= 2;
	for (unsigned int i = 0; i < series->nr; i++)
		series->values[i] =
			less(series->values[2 * i], series->values[2 * i + 1]);
	series->every *= 2;
}

void ledger_series_add(struct ledger_series *series, int64_t value)
{
	if (!series->every)
		series->every = 1;
	series->pending = series->nr_pending ? less(series->pending, value) :
					       value;
	if (++series->nr_pending < series->every)
		return;
	series->nr_pending = 0;
	series->values[series->nr++] = series->pending;
	if (series->nr == LEDGER_SERIES_NR)
		halve(series);
}

void ledger_series_amend(struct ledger_series *series, int64_t value)
{
	int64_t *last;

	if (!series->nr_pending && !series->nr)
		return;
	last = series->nr_pending ? &series->pending :
				    &series->values[series->nr - 1];
	*last = less(*last, value);
}

bool ledger_series_goes_on(const struct ledger_series *series,
			   unsigned int nr_least, int64_t slack,
			   int64_t least[4])
{
	unsigned int nr = series->nr / NR_QUARTERS;
	const int64_t *value = &series->values[series->nr % NR_QUARTERS];
	int64_t more;

	if (series->nr < nr_least)
		return false;
	for (unsigned int q = 0; q < NR_QUARTERS; q++) {
		least[q] = *value;
		for (unsigned int i = 0; i < nr; i++)
			least[q] = less(least[q], *value++);
	}
	more = least[NR_QUARTERS - 1] - least[0];
	if (more <= slack)
		return false;
	/* three quarters of a third */
	for (unsigned int q = 1; q < NR_QUARTERS; q++)
		if ((least[q] - least[q - 1]) * 4 < more)
			return false;
	return (least[3] - least[2]) * 4 >= (least[1] - least[0]) * 3;
}
