// SPDX-License-Identifier: GPL-2.0-only
#include "minimise.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "bundle.h"
#include "emit.h"
#include "errand.h"
#include "rate.h"
#include "registry.h"
#include "search.h"
#include "shrink.h"

static int write_repro(struct search *search)
{
	char path[PATH_MAX];
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "%s/repro.c", search->trials.folder);
	f = fopen(path, "we");
	if (!f)
		return brg_fail(-errno, "%s: %s", path, strerror(errno));
	ret = emit(f, &search->best, &search->trials.failure);
	if (fclose(f) && !ret)
		ret = brg_fail(-errno, "%s: %s", path, strerror(errno));
	return ret;
}

/* the device that the scenario runs on */
static int choose_device(struct search *search)
{
	const struct stress_scenario *scenario = search->best.scenario;
	unsigned int needs = registry_needs(scenario), lacks;
	char text[256];
	int ret;

	if (!search->trials.machine)
		return 0;
	ret = errand_use(search->trials.machine, needs, &lacks);
	if (!ret && !lacks)
		ret = errand_use_named(search->trials.machine, needs,
				       search->trials.failure.provider);
	if (ret)
		return ret;
	return lacks ? brg_fail(-ENODEV, "%s: this machine lacks: %s",
				scenario->name,
				needs_text(lacks, text, sizeof(text))) :
		       0;
}

static int write_bundle(struct search *search)
{
	return bundle_write(search->trials.folder, NULL, &search->best,
			    &search->trials.failure, NULL, NULL);
}

/*
 * Where the least of it fails in none of the last trials, more of it may: back to that,
 * further each time. STRESS_SKIP where all of it does not fail any more either.
 */
static int measure(struct search *search, struct rate *rate)
{
	unsigned int at = search->nr_sure - 1, step = 1;
	int ret;

	while (!(ret = rate_measure(&search->trials, &search->best, rate)) &&
	       !rate->nr_failed && at) {
		rate_print(rate, &search->trials);
		at -= step < at ? step : at;
		step *= 2;
		search->best = *search->sure[at];
		fprintf(stderr, "barrage-stress: back to size %u\n",
			shrink_size(&search->best));
	}
	if (ret || rate->nr_failed)
		return ret;
	search->best = *search->sure[search->nr_sure - 1];
	return STRESS_SKIP;
}

/* all that can be had of what was found, also where the search was cut off */
static int leave(struct search *search, const struct rate *rate, bool complete)
{
	int ret = write_bundle(search);

	if (!ret)
		ret = rate_write(rate, &search->trials, &search->best,
				 complete);
	return ret ? ret : write_repro(search);
}

static void say_error(void)
{
	fprintf(stderr, "barrage-stress: %s\n", brg_last_error());
}

static int search_and_leave(struct search *search)
{
	struct rate rate = {};
	int ret = search_smaller(search), err;

	if (!ret)
		ret = measure(search, &rate);
	if (ret < 0) {
		say_error();
		fprintf(stderr,
			"barrage-stress: not complete; what was found until then is in %s\n",
			search->trials.folder);
	}
	if (rate.nr_trials)
		rate_print(&rate, &search->trials);
	if (ret == STRESS_SKIP)
		printf("%s: it had failed, but did in none of the last %d trials\n",
		       search->trials.folder, RATE_TRIALS);
	err = leave(search, &rate, ret >= 0);
	if (err)
		say_error();
	printf("%s: %u trials, size %u\n", search->trials.folder,
	       search->trials.nr, shrink_size(&search->best));
	search_end(search);
	return ret < 0 || err ? STRESS_ERROR : ret;
}

static void say_passed(const struct search *search)
{
	const struct stress_options *options = &search->trials.options;

	if (options->with)
		printf("%s: it did not fail again\n", options->minimise);
	else
		printf("%s: it did not fail again in %.0f s\n",
		       options->minimise, options->duration_s);
}

static int search_all(struct search *search)
{
	int ret = choose_device(search);

	if (!ret)
		ret = trials_begin(&search->trials, &search->best);
	if (ret < 0) {
		say_error();
		return STRESS_ERROR;
	}
	if (ret)
		return search_and_leave(search);
	say_passed(search);
	return STRESS_SKIP;
}

/* for what is left, beside the bundle */
static void choose_folder(struct search *search)
{
	const char *bundle = search->trials.options.minimise;
	size_t length = strlen(bundle);

	while (length > 1 && bundle[length - 1] == '/')
		length--;
	snprintf(search->trials.folder, sizeof(search->trials.folder),
		 "%.*s-small", (int)length, bundle);
}

enum stress_status minimise(const struct stress_options *options,
			    struct machine *machine)
{
	struct search *search = calloc(1, sizeof(*search));
	int ret = STRESS_ERROR;

	if (!search)
		return STRESS_ERROR;
	search->trials.options = *options;
	search->trials.options.bundles = NULL;
	search->trials.machine = machine;
	search->found = write_bundle;
	choose_folder(search);
	if (bundle_read_race(options, options->minimise, &search->best,
			     &search->trials.failure)) {
		say_error();
	} else {
		search->trials.options.duration_s =
			trials_seconds(options, &search->trials.failure);
		ret = search_all(search);
	}
	free(search);
	return (enum stress_status)ret;
}
