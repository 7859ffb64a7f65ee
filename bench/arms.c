// SPDX-License-Identifier: GPL-2.0-only
#include "arms.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "progress.h"
#include "shuffle.h"
#include "stats.h"
#include "stop.h"

static unsigned int nr_rounds(const struct arms *arms)
{
	return arms->context->options->rounds;
}

static const struct brg_mem_ops *kind_of(const struct arms *arms,
					 unsigned int arm)
{
	return arms->context->options->arms[arm];
}

static double *samples_of(const struct arms *arms, unsigned int arm,
			  size_t metric)
{
	return arms->samples +
	       (arm * arms->nr_metrics + metric) * nr_rounds(arms);
}

static void add_proof(struct brg_proof *sum, const struct brg_proof *proof)
{
	size_t nr_pages = sum->nr_pages, nr_in_bar = sum->nr_in_bar;

	*sum = *proof;
	sum->nr_pages += nr_pages;
	sum->nr_in_bar += nr_in_bar;
}

static enum bench_status one_turn(struct arms *arms, arms_turn turn, void *arg,
				  unsigned int round, unsigned int arm)
{
	double values[arms->nr_metrics];
	struct brg_proof proof = {};
	enum bench_status status;

	if (stop_requested())
		return bench_reason(arms->context, BENCH_ERROR, "interrupted");
	progress_step("%s: round %u of %u, %s", arms->bench->name, round + 1,
		      nr_rounds(arms), kind_of(arms, arm)->name);
	status = turn(arms, arm, values, &proof, arg);
	if (status != BENCH_PASS)
		return status;
	for (size_t m = 0; m < arms->nr_metrics; m++)
		samples_of(arms, arm, m)[round] = values[m];
	add_proof(&arms->proofs[arm], &proof);
	return BENCH_PASS;
}

/* benchmarks of one run must not share their orders */
static uint64_t seed_of(const struct arms *arms)
{
	uint64_t seed = arms->context->options->seed;

	for (const char *c = arms->bench->name; *c; c++)
		seed = seed * 31 + (unsigned char)*c;
	return seed;
}

static int write(const struct arms *arms, const struct brg_record *record)
{
	struct brg_record full = *record;
	double *kept = calloc(full.nr_samples, sizeof(*kept));
	size_t nr = 0;
	int ret = 0;

	if (!kept)
		return brg_fail(-ENOMEM, "out of memory");
	for (size_t i = 0; i < full.nr_samples; i++) {
		if (!isnan(full.samples[i]))
			kept[nr++] = full.samples[i];
	}
	full.name = arms->bench->name;
	full.params = arms->params;
	full.proof_by_engine = arms->by_engine;
	full.samples = kept;
	full.nr_samples = nr;
	if (nr)
		ret = output_write(arms->context->output, &full, false);
	free(kept);
	return ret;
}

static int write_ratio(const struct arms *arms, unsigned int arm,
		       unsigned int baseline, size_t metric)
{
	double ratios[nr_rounds(arms)];
	const struct brg_record record = {
		.metric = arms->metrics[metric].ratio,
		.unit = "1",
		.better = arms->metrics[metric].better,
		.samples = ratios,
		.nr_samples = stats_ratios(samples_of(arms, arm, metric),
					   samples_of(arms, baseline, metric),
					   nr_rounds(arms), ratios),
		.mem = kind_of(arms, arm),
		.baseline = kind_of(arms, baseline),
		.proof = &arms->proofs[arm],
	};

	return write(arms, &record);
}

static int write_arm(const struct arms *arms, unsigned int arm, size_t metric)
{
	const struct brg_record record = {
		.metric = arms->metrics[metric].name,
		.unit = arms->metrics[metric].unit,
		.better = arms->metrics[metric].better,
		.samples = samples_of(arms, arm, metric),
		.nr_samples = nr_rounds(arms),
		.mem = kind_of(arms, arm),
		.proof = &arms->proofs[arm],
	};

	return write(arms, &record);
}

static int write_metric(const struct arms *arms, size_t metric)
{
	unsigned int nr_arms = arms->context->options->nr_arms;
	int ret = 0;

	for (unsigned int a = 0; a < nr_arms && !ret; a++)
		ret = write_arm(arms, a, metric);
	if (!arms->metrics[metric].ratio)
		return ret;
	for (unsigned int a = 0; a < nr_arms; a++) {
		for (unsigned int b = 0; b < nr_arms && !ret; b++) {
			if (kind_of(arms, a)->verdict == BRG_VERDICT_P2P &&
			    kind_of(arms, b)->verdict != BRG_VERDICT_P2P)
				ret = write_ratio(arms, a, b, metric);
		}
	}
	return ret;
}

/* a failed benchmark leaves a record as well: which arm, and why */
static void write_failure(const struct arms *arms, unsigned int arm,
			  enum bench_status status)
{
	const struct brg_record record = {
		.name = arms->bench->name,
		.metric = arms->metrics[0].name,
		.unit = arms->metrics[0].unit,
		.better = arms->metrics[0].better,
		.params = arms->params,
		.mem = kind_of(arms, arm),
		.status = status == BENCH_SKIP ? BRG_STATUS_SKIP :
						 BRG_STATUS_FAIL,
		.reason = arms->context->reason,
	};

	output_write(arms->context->output, &record, true);
}

static enum bench_status write_all(struct arms *arms)
{
	for (size_t m = 0; m < arms->nr_metrics; m++) {
		int ret = write_metric(arms, m);

		if (ret)
			return bench_reason(arms->context,
					    ret == -EUCLEAN ? BENCH_FAIL :
							      BENCH_ERROR,
					    "%s", brg_last_error());
	}
	return BENCH_PASS;
}

static enum bench_status all_turns(struct arms *arms, arms_turn turn, void *arg)
{
	struct shuffle shuffle = { .state = seed_of(arms) };
	unsigned int nr_arms = arms->context->options->nr_arms;
	unsigned int order[BENCH_MAX_ARMS];
	enum bench_status status;

	for (unsigned int round = 0; round < nr_rounds(arms); round++) {
		shuffle_order(&shuffle, order, nr_arms);
		for (unsigned int i = 0; i < nr_arms; i++) {
			status = one_turn(arms, turn, arg, round, order[i]);
			if (status == BENCH_PASS)
				continue;
			write_failure(arms, order[i], status);
			return status;
		}
	}
	return BENCH_PASS;
}

enum bench_status arms_run(struct arms *arms, arms_turn turn, void *arg)
{
	enum bench_status status;

	arms->samples = calloc((size_t)arms->context->options->nr_arms *
				       nr_rounds(arms) * arms->nr_metrics,
			       sizeof(*arms->samples));
	if (!arms->samples)
		return bench_reason(arms->context, BENCH_ERROR,
				    "out of memory");
	status = all_turns(arms, turn, arg);
	if (status == BENCH_PASS)
		status = write_all(arms);
	free(arms->samples);
	arms->samples = NULL;
	return status;
}
