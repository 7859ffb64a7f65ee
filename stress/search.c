// SPDX-License-Identifier: GPL-2.0-only
#include "search.h"

#include <limits.h>
#include <stdio.h>

#include "halve.h"
#include "shrink.h"

static void tell(const struct search *search, const char *what, bool taken)
{
	fprintf(stderr, "barrage-stress: trial %u: without %s: %s; size %u\n",
		search->trials.nr, what, taken ? "still fails" : "passes",
		shrink_size(&search->best));
}

/* One way, everywhere: what can go at a place makes the next one come there. */
static int shrink_by(struct search *search, const struct shrink *way,
		     bool *progress, unsigned int *trials)
{
	unsigned int at = 0;

	while (*trials) {
		bool changed = false;
		int ret;

		search->candidate = search->best;
		if (!way->step(&search->candidate, at, &changed))
			return 0;
		if (!changed) {
			at++;
			continue;
		}
		shrink_renumber(&search->candidate);
		ret = trials_fail(&search->trials, &search->candidate);
		if (ret < 0)
			return ret;
		--*trials;
		if (ret) {
			search->best = search->candidate;
			*progress = true;
		} else {
			at++;
		}
		tell(search, way->name, ret);
	}
	return 0;
}

static int shrink_by_all(struct search *search, const struct shrink *ways,
			 bool *progress, unsigned int trials)
{
	int ret = 0;

	for (const struct shrink *way = ways; !ret && way->name; way++)
		ret = shrink_by(search, way, progress, &trials);
	return ret;
}

int search_smaller(struct search *search)
{
	bool progress;
	int ret;

	do {
		progress = false;
		ret = shrink_by_all(search, shrink_ways, &progress, UINT_MAX);
	} while (!ret && progress);
	return ret ? ret :
		     shrink_by_all(search, halve_ways, &progress,
				   SEARCH_HALVING_TRIALS);
}
