/* SPDX-License-Identifier: GPL-2.0-only */
/* rate - how often it fails, in how many trials */
#ifndef STRESS_RATE_H
#define STRESS_RATE_H

#include "trials.h"

#define RATE_TRIALS 10

/**
 * struct rate - of the same races
 * @nr_trials: so many trials
 * @nr_failed: of those, so many failed
 * @sum_s: how long these took, where that is known
 */
struct rate {
	unsigned int nr_trials;
	unsigned int nr_failed;
	double sum_s;
};

/**
 * rate_measure - make RATE_TRIALS trials
 * @trials: how
 * @races: of what
 * @rate: receives it, also after an error
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int rate_measure(struct trials *trials, const struct races *races,
		 struct rate *rate);

/** rate_print - for people, a line on stdout */
void rate_print(const struct rate *rate, const struct trials *trials);

/**
 * rate_write - as rate.json in the folder of the trials
 * @races: of what it is
 * @complete: nobody cut the search off, or the last trials
 *
 * How long trials are, and take, is known only of those that are made here.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int rate_write(const struct rate *rate, const struct trials *trials,
	       const struct races *races, bool complete);

#endif
