// SPDX-License-Identifier: GPL-2.0-only
#include "search.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <barrage/log.h>

#include "halve.h"
#include "shrink.h"

#define NR_CONFIRM                                                             \
	10 /* trials: what fails in none of so many has failed by chance */

static void tell(const struct search *search, const char *what, bool taken)
{
	fprintf(stderr, "barrage-stress: trial %u: without %s: %s; size %u\n",
		search->trials.nr, what,
		taken		     ? "still fails" :
		search->trials.other ? "fails in another way" :
				       "passes",
		shrink_size(&search->best));
}

/* 1 where it fails in one of so many trials; 0; -errno */
static int fails_in(struct search *search, const struct races *races,
		    unsigned int nr)
{
	int ret = 0;

	while (nr-- && !ret)
		ret = trials_fail(&search->trials, races);
	return ret;
}

/* What was found is there, whatever happens to who looks for more. */
static int take(struct search *search, const struct races *races)
{
	search->best = *races;
	return search->found ? search->found(search) : 0;
}

static int be_sure(struct search *search)
{
	struct races *sure;

	if (search->nr_sure == SEARCH_MAX_SURE) {
		*search->sure[search->nr_sure - 1] = search->best;
		return 0;
	}
	sure = malloc(sizeof(*sure));
	if (!sure)
		return brg_fail(-ENOMEM, "out of memory");
	*sure = search->best;
	search->sure[search->nr_sure++] = sure;
	return 0;
}

/* 1 where a candidate is what it goes on with */
static int judge(struct search *search, const struct shrink *way)
{
	int ret = fails_in(search, &search->candidate, way->tries ?: 1);

	if (ret > 0 && search->careful)
		ret = fails_in(search, &search->candidate, NR_CONFIRM);
	return ret;
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
		ret = judge(search, way);
		if (ret < 0)
			return ret;
		--*trials;
		if (!ret) {
			tell(search, way->name, false);
			at++;
			continue;
		}
		*progress = true;
		ret = take(search, &search->candidate);
		if (ret)
			return ret;
		tell(search, way->name, true);
	}
	return 0;
}

/*
 * What passes for the most part may have failed once for what the trial before had
 * left: then all that comes after it is looked for in vain.
 */
static int shrink_surely_by(struct search *search, const struct shrink *way,
			    bool *progress, unsigned int *trials)
{
	bool smaller = false;
	int ret = shrink_by(search, way, &smaller, trials);

	if (!ret && smaller && !search->careful) {
		ret = fails_in(search, &search->best, NR_CONFIRM);
		if (ret < 0)
			return ret;
		search->careful = !ret;
		smaller = ret;
		ret = 0;
		if (search->careful) {
			ret = take(search, search->sure[search->nr_sure - 1]);
			fprintf(stderr,
				"barrage-stress: trial %u: that was chance: back to size %u, and each step has to fail twice\n",
				search->trials.nr, shrink_size(&search->best));
			if (!ret)
				ret = shrink_by(search, way, &smaller, trials);
		}
	}
	if (ret || !smaller)
		return ret;
	*progress = true;
	return be_sure(search);
}

static int shrink_by_all(struct search *search, const struct shrink *ways,
			 bool *progress, unsigned int trials)
{
	int ret = 0;

	for (const struct shrink *way = ways; !ret && way->name; way++)
		ret = shrink_surely_by(search, way, progress, &trials);
	return ret;
}

int search_smaller(struct search *search)
{
	bool progress;
	int ret = be_sure(search);

	if (ret)
		return ret;
	do {
		progress = false;
		ret = shrink_by_all(search, shrink_ways, &progress, UINT_MAX);
	} while (!ret && progress);
	return ret ? ret :
		     shrink_by_all(search, halve_ways, &progress,
				   SEARCH_HALVING_TRIALS);
}

void search_end(struct search *search)
{
	while (search->nr_sure)
		free(search->sure[--search->nr_sure]);
}
