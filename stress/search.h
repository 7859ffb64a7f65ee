/* SPDX-License-Identifier: GPL-2.0-only */
/* search - as little of a failure as still fails */
#ifndef STRESS_SEARCH_H
#define STRESS_SEARCH_H

#include "trials.h"

/* Trials for what is not taken away, but made less; each may last a minute. */
#define SEARCH_HALVING_TRIALS 60

/* Of what was found, so much can be gone back to. */
#define SEARCH_MAX_SURE 64

/**
 * struct search - what was found so far
 * @trials: how it is tried
 * @best: the least that fails
 * @candidate: what is tried now
 * @nr_sure: of @sure
 * @sure: what failed more than once, less and less of it; the first is what there was
 * @careful: something had failed by chance: each step has to fail twice
 * @found: called with each new @best; 0 or -errno, which ends the search; or NULL
 */
struct search {
	struct trials trials;
	struct races best;
	struct races candidate;
	unsigned int nr_sure;
	struct races *sure[SEARCH_MAX_SURE];
	bool careful;
	int (*found)(struct search *search);
};

/**
 * search_smaller - take away what can go, then halve what can be less
 * @search: @best fails; to be ended with search_end()
 *
 * The first goes on until nothing more can go, the second is done once, with no more
 * than SEARCH_HALVING_TRIALS steps. What is left has failed at least twice.
 *
 * Return: 0; -errno with brg_last_error() set: @best may have failed only once then.
 */
int search_smaller(struct search *search);

/** search_end - nothing is gone back to any more */
void search_end(struct search *search);

#endif
