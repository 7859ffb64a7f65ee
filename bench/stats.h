/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats - what the samples of a measurement are worth
 *
 * A run takes few samples per measurement (rounds, or some hundred calls), so
 * they are all kept and written to the record: percentiles are exact, and the
 * compare program has the samples. No histogram library is needed for that.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

/**
 * stats_ratios - divide round by round
 * @over: numerators
 * @under: denominators
 * @nr: rounds
 * @ratios: receives up to @nr quotients
 *
 * Rounds whose denominator is 0 have no quotient.
 *
 * Return: how many there are.
 */
size_t stats_ratios(const double *over, const double *under, size_t nr,
		    double *ratios);

/**
 * stats_quantile - of samples in any order
 * @samples: left as they are
 * @nr: at least 1
 * @q: 0 to 1; 0.5 is the median
 * @value: receives it
 *
 * Return: 0; -EINVAL without samples; -ENOMEM.
 */
int stats_quantile(const double *samples, size_t nr, double q, double *value);

/**
 * stats_doubt - why a reader should not rely on the samples' median
 * @samples: in any order
 * @nr: how many
 *
 * Return: a line: too few samples, or a middle half that spreads over more
 * than a quarter of the median; NULL where there is no doubt.
 */
const char *stats_doubt(const double *samples, size_t nr);

#endif
