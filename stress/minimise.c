// SPDX-License-Identifier: GPL-2.0-only
#include "minimise.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <barrage/log.h>

#include "bundle.h"
#include "emit.h"
#include "registry.h"
#include "shrink.h"

#define NR_LAST_TRIALS 10
#define MAX_TRIES 6
#define TRIAL_FACTOR 4 /* of the time that the failure took */

/* one search */
struct search {
	struct stress_options options;
	struct machine *machine;
	struct races best;
	struct races candidate;
	struct outcome failure;
	char folder[PATH_MAX - 100];
	unsigned int nr_trials;
};

static int trial_by_command(struct search *search)
{
	char command[2 * PATH_MAX], folder[PATH_MAX];
	int status;

	snprintf(folder, sizeof(folder), "%s/trial", search->folder);
	if (bundle_write(folder, NULL, &search->candidate, &search->failure,
			 NULL, NULL))
		return STRESS_ERROR;
	snprintf(command, sizeof(command), "%s %s > /dev/null",
		 search->options.with, folder);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : STRESS_ERROR;
}

static int trial_here(struct search *search, struct outcome *outcome)
{
	watch_races(&search->options, search->machine, &search->candidate,
		    outcome);
	if (outcome->unkillable)
		return STRESS_ERROR;
	if (outcome->status == STRESS_FAIL &&
	    outcome->oracle != search->failure.oracle)
		return STRESS_OTHER;
	return (int)outcome->status;
}

/*
 * Does the candidate fail, and as the bundle did? Or -errno. What several oracles
 * can notice is tried again where another one came first.
 */
static int fails(struct search *search, double *seconds)
{
	struct outcome outcome = {};
	int status = STRESS_OTHER;

	for (int i = 0; i < MAX_TRIES && status == STRESS_OTHER; i++) {
		search->nr_trials++;
		status = search->options.with ? trial_by_command(search) :
						trial_here(search, &outcome);
	}
	if (seconds)
		*seconds = outcome.seconds;
	if (status == STRESS_PASS || status == STRESS_FAIL ||
	    status == STRESS_OTHER)
		return status == STRESS_FAIL;
	return brg_fail(-EIO, "a trial ended with status %d: %s", status,
			search->options.with ?: outcome.text);
}

static void tell(const struct search *search, const char *what, bool taken)
{
	fprintf(stderr, "barrage-stress: trial %u: without %s: %s; size %u\n",
		search->nr_trials, what, taken ? "still fails" : "passes",
		shrink_size(&search->best));
}

/* One way, everywhere: what can go at a place makes the next one come there. */
static int shrink_by(struct search *search, const struct shrink *way,
		     bool *progress)
{
	unsigned int at = 0;

	for (;;) {
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
		ret = fails(search, NULL);
		if (ret < 0)
			return ret;
		if (ret) {
			search->best = search->candidate;
			*progress = true;
		} else {
			at++;
		}
		tell(search, way->name, ret);
	}
}

static int shrink_all(struct search *search)
{
	bool progress;
	int ret = 0;

	do {
		progress = false;
		for (const struct shrink *way = shrink_ways; !ret && way->name;
		     way++)
			ret = shrink_by(search, way, &progress);
	} while (!ret && progress);
	return ret;
}

/* how often what is left fails, in how many trials */
static int measure(struct search *search)
{
	unsigned int nr_failed = 0;
	double sum_s = 0, seconds;
	char path[PATH_MAX];
	json_t *json;
	int ret = 0;

	for (int i = 0; i < NR_LAST_TRIALS && ret >= 0; i++) {
		search->candidate = search->best;
		ret = fails(search, &seconds);
		nr_failed += ret > 0;
		sum_s += ret > 0 ? seconds : 0;
	}
	if (ret < 0)
		return ret;
	printf("%u of %d trials of %.0f s failed, after %.1f s on average\n",
	       nr_failed, NR_LAST_TRIALS, search->options.duration_s,
	       nr_failed ? sum_s / nr_failed : 0.0);
	json = json_pack("{s:i, s:i, s:f, s:f, s:i}", "trials", NR_LAST_TRIALS,
			 "failed", (int)nr_failed, "trial_s",
			 search->options.duration_s, "seconds",
			 nr_failed ? sum_s / nr_failed : 0.0, "size",
			 (int)shrink_size(&search->best));
	snprintf(path, sizeof(path), "%s/rate.json", search->folder);
	ret = json_dump_file(json, path, JSON_INDENT(1));
	json_decref(json);
	return ret ? brg_fail(-EIO, "%s: cannot write it", path) : 0;
}

static int write_repro(struct search *search)
{
	char path[PATH_MAX];
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "%s/repro.c", search->folder);
	f = fopen(path, "we");
	if (!f)
		return brg_fail(-errno, "%s: %s", path, strerror(errno));
	ret = emit(f, &search->best, &search->failure);
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

	if (!search->machine)
		return 0;
	ret = machine_use(search->machine, needs, &lacks);
	if (!ret && !lacks)
		ret = machine_use_named(search->machine, needs,
					search->failure.provider);
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

	search->candidate = search->best;
	ret = fails(search, NULL);
	if (ret <= 0)
		return ret < 0 ? ret : STRESS_SKIP;
	ret = shrink_all(search);
	if (!ret)
		ret = bundle_write(search->folder, NULL, &search->best,
				   &search->failure, NULL, NULL);
	if (!ret)
		ret = measure(search);
	return ret ? ret : write_repro(search);
}

enum stress_status minimise(const struct stress_options *options,
			    struct machine *machine)
{
	struct search *search = calloc(1, sizeof(*search));
	int ret = -ENOMEM;
	double trial_s;

	if (!search)
		return STRESS_ERROR;
	search->options = *options;
	search->options.bundles = NULL;
	search->machine = machine;
	snprintf(search->folder, sizeof(search->folder), "%s-small",
		 options->minimise);
	ret = bundle_read(options->minimise, &search->best, &search->failure);
	trial_s = TRIAL_FACTOR * search->failure.seconds;
	if (search->options.duration_s < trial_s)
		search->options.duration_s = trial_s;
	if (!ret)
		ret = search_all(search);
	if (ret < 0)
		fprintf(stderr, "barrage-stress: %s\n", brg_last_error());
	else if (ret == STRESS_SKIP)
		printf("%s: it did not fail again in %.0f s\n",
		       options->minimise, search->options.duration_s);
	else
		printf("%s: %u trials, size %u\n", search->folder,
		       search->nr_trials, shrink_size(&search->best));
	free(search);
	return ret < 0 ? STRESS_ERROR : (enum stress_status)ret;
}
