// SPDX-License-Identifier: GPL-2.0-only
#include "minimise.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "bundle.h"
#include "emit.h"
#include "errand.h"
#include "registry.h"
#include "search.h"
#include "shrink.h"

#define NR_LAST_TRIALS 10

static int write_rate(struct search *search, json_t *json)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/rate.json", search->trials.folder);
	ret = json_dump_file(json, path, JSON_INDENT(1));
	json_decref(json);
	return ret ? brg_fail(-EIO, "%s: cannot write it", path) : 0;
}

/*
 * How often what is left fails, in how many trials. How long those are, and take, is
 * known only of trials that are made here.
 */
static int measure(struct search *search)
{
	double trial_s = search->trials.options.duration_s, sum_s = 0, mean_s;
	unsigned int nr_failed = 0;
	json_t *json;
	int ret = 0;

	for (int i = 0; i < NR_LAST_TRIALS && ret >= 0; i++) {
		search->candidate = search->best;
		ret = trials_fail(&search->trials, &search->candidate);
		nr_failed += ret > 0;
		sum_s += ret > 0 ? search->trials.seen.seconds : 0;
	}
	if (ret < 0)
		return ret;
	mean_s = nr_failed ? sum_s / nr_failed : 0;
	json = json_pack("{s:i, s:i, s:i}", "trials", NR_LAST_TRIALS, "failed",
			 (int)nr_failed, "size",
			 (int)shrink_size(&search->best));
	if (search->trials.options.with) {
		printf("%u of %d trials failed\n", nr_failed, NR_LAST_TRIALS);
		return write_rate(search, json);
	}
	printf("%u of %d trials of %.0f s failed, after %.1f s on average\n",
	       nr_failed, NR_LAST_TRIALS, trial_s, mean_s);
	json_object_set_new(json, "trial_s", json_real(trial_s));
	json_object_set_new(json, "seconds", json_real(mean_s));
	return write_rate(search, json);
}

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

static int search_all(struct search *search)
{
	int ret = choose_device(search);

	if (ret)
		return ret;

	ret = trials_begin(&search->trials, &search->best);
	if (ret <= 0)
		return ret < 0 ? ret : STRESS_SKIP;
	ret = search_smaller(search);
	if (!ret)
		ret = bundle_write(search->trials.folder, NULL, &search->best,
				   &search->trials.failure, NULL, NULL);
	if (!ret)
		ret = measure(search);
	return ret ? ret : write_repro(search);
}

enum stress_status minimise(const struct stress_options *options,
			    struct machine *machine)
{
	struct search *search = calloc(1, sizeof(*search));
	int ret = -ENOMEM;
	size_t length;

	if (!search)
		return STRESS_ERROR;
	search->trials.options = *options;
	search->trials.options.bundles = NULL;
	search->trials.machine = machine;
	for (length = strlen(options->minimise);
	     length > 1 && options->minimise[length - 1] == '/'; length--)
		;
	snprintf(search->trials.folder, sizeof(search->trials.folder),
		 "%.*s-small", (int)length, options->minimise);
	ret = bundle_read_race(options, options->minimise, &search->best,
			       &search->trials.failure);
	search->trials.options.duration_s =
		trials_seconds(options, &search->trials.failure);
	if (!ret)
		ret = search_all(search);
	if (ret < 0)
		fprintf(stderr, "barrage-stress: %s\n", brg_last_error());
	else if (ret == STRESS_SKIP && options->with)
		printf("%s: it did not fail again\n", options->minimise);
	else if (ret == STRESS_SKIP)
		printf("%s: it did not fail again in %.0f s\n",
		       options->minimise, search->trials.options.duration_s);
	else
		printf("%s: %u trials, size %u\n", search->trials.folder,
		       search->trials.nr, shrink_size(&search->best));
	free(search);
	return ret < 0 ? STRESS_ERROR : (enum stress_status)ret;
}
