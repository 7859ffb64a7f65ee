// SPDX-License-Identifier: GPL-2.0-only
#include "rate.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include <barrage/log.h>

#include "shrink.h"

int rate_measure(struct trials *trials, const struct races *races,
		 struct rate *rate)
{
	*rate = (struct rate){};
	while (rate->nr_trials < RATE_TRIALS) {
		int ret = trials_fail(trials, races);

		if (ret < 0)
			return ret;
		rate->nr_trials++;
		rate->nr_failed += (unsigned int)ret;
		rate->sum_s += ret ? trials->seen.seconds : 0;
	}
	return 0;
}

static double mean_s(const struct rate *rate)
{
	return rate->nr_failed ? rate->sum_s / rate->nr_failed : 0;
}

void rate_print(const struct rate *rate, const struct trials *trials)
{
	printf("%u of %u trials", rate->nr_failed, rate->nr_trials);
	if (trials->options.with)
		printf(" failed\n");
	else
		printf(" of %.0f s failed, after %.1f s on average\n",
		       trials->options.duration_s, mean_s(rate));
}

int rate_write(const struct rate *rate, const struct trials *trials,
	       const struct races *races, bool complete)
{
	json_t *json = json_pack("{s:i, s:i, s:i, s:b}", "trials",
				 (int)rate->nr_trials, "failed",
				 (int)rate->nr_failed, "size",
				 (int)shrink_size(races), "complete", complete);
	char path[PATH_MAX];
	int ret;

	if (!trials->options.with) {
		json_object_set_new(json, "trial_s",
				    json_real(trials->options.duration_s));
		json_object_set_new(json, "seconds", json_real(mean_s(rate)));
	}
	snprintf(path, sizeof(path), "%s/rate.json", trials->folder);
	ret = json_dump_file(json, path, JSON_INDENT(1));
	json_decref(json);
	return ret ? brg_fail(-EIO, "%s: cannot write it", path) : 0;
}
