/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arms - samples of several kinds of memory, taken in turns
 */
#ifndef BENCH_ARMS_H
#define BENCH_ARMS_H

#include "bench.h"

/** struct arms_metric - one figure that each turn yields */
struct arms_metric {
	const char *name;
	const char *unit;
	const char *better;
	const char *ratio; /* name of the metric of its ratios; NULL: none */
};

/**
 * struct arms - a benchmark's samples
 * @context: of the run
 * @bench: whose
 * @metrics: nr_metrics of them
 * @params: of all records; ends in a NULL name; may be set late
 * @samples: [arm][metric][round]
 * @proofs: [arm]: pages of all rounds are summed
 * @by_engine: the fio engine made the proofs
 */
struct arms {
	struct bench_context *context;
	const struct bench *bench;
	const struct arms_metric *metrics;
	size_t nr_metrics;
	const struct brg_param *params;
	double *samples;
	struct brg_proof proofs[BENCH_MAX_ARMS];
	bool by_engine;
};

/**
 * arms_turn - measure one arm once
 * @arms: of the benchmark
 * @arm: index of the arm
 * @values: receives one value per metric; a NaN is left out of the record
 * @proof: receives what was proven
 * @arg: as given to arms_run()
 *
 * Return: as a benchmark's run(), with the reason set unless it is a pass.
 */
typedef enum bench_status (*arms_turn)(struct arms *arms, unsigned int arm,
				       double *values, struct brg_proof *proof,
				       void *arg);

/**
 * arms_run - all rounds, each with the arms in an order of its own
 * @arms: with context, bench and metrics set
 * @turn: measures one arm
 * @arg: for @turn
 *
 * The order follows from the run's seed and the benchmark's name. Records are
 * written at the end: each metric of each arm, and ratios of the peer-to-peer
 * arms to the others, taken round by round.
 *
 * Return: the worst of the turns; stops at the first that is no pass.
 */
enum bench_status arms_run(struct arms *arms, arms_turn turn, void *arg);

#endif
