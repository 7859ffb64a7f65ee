/* SPDX-License-Identifier: GPL-2.0-only */
/* search - as little of a failure as still fails */
#ifndef STRESS_SEARCH_H
#define STRESS_SEARCH_H

#include "trials.h"

/* Trials for what is not taken away, but made less; each may last a minute. */
#define SEARCH_HALVING_TRIALS 60

/**
 * struct search - what was found so far
 * @trials: how it is tried
 * @best: the least that fails
 * @candidate: what is tried now
 */
struct search {
	struct trials trials;
	struct races best;
	struct races candidate;
};

/**
 * search_smaller - take away what can go, then halve what can be less
 * @search: @best fails
 *
 * The first goes on until nothing more can go, the second is done once, with no more
 * than SEARCH_HALVING_TRIALS trials.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int search_smaller(struct search *search);

#endif
