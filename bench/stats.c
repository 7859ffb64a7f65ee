// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/results.h>

#define FEWEST_SAMPLES 3
#define WIDE_SHARE 0.25

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* the caller frees */
static double *sort(const double *samples, size_t nr)
{
	double *sorted = malloc(nr * sizeof(*sorted));

	if (!sorted)
		return NULL;
	memcpy(sorted, samples, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), compare_doubles);
	return sorted;
}

size_t stats_ratios(const double *over, const double *under, size_t nr,
		    double *ratios)
{
	size_t nr_ratios = 0;

	for (size_t i = 0; i < nr; i++) {
		if (under[i] != 0)
			ratios[nr_ratios++] = over[i] / under[i];
	}
	return nr_ratios;
}

int stats_quantile(const double *samples, size_t nr, double q, double *value)
{
	double *sorted;

	if (!nr)
		return -EINVAL;
	sorted = sort(samples, nr);
	if (!sorted)
		return -ENOMEM;
	*value = brg_results_quantile(sorted, nr, q);
	free(sorted);
	return 0;
}

const char *stats_doubt(const double *samples, size_t nr)
{
	double *sorted, middle, median;

	if (nr < FEWEST_SAMPLES)
		return "fewer than 3 samples";
	sorted = sort(samples, nr);
	if (!sorted)
		return "no memory to look at the spread";
	middle = brg_results_quantile(sorted, nr, 0.75) -
		 brg_results_quantile(sorted, nr, 0.25);
	median = brg_results_quantile(sorted, nr, 0.5);
	free(sorted);
	if (middle > WIDE_SHARE * fabs(median))
		return "wide spread: the middle half covers over a quarter of the median";
	return NULL;
}
