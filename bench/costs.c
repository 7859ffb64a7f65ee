// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kernel paths cost while nothing is registered: for comparing kernels,
 * one of which may be the unmodified one. Where the clock counts instructions
 * the figures repeat. Each round takes the operations in an order of its own,
 * which follows from the seed; what is kept of a turn is the median.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/dmabuf.h>
#include <barrage/log.h>

#include "bench.h"
#include "cost-ops.h"
#include "progress.h"
#include "stats.h"
#include "stop.h"

#define WARM_UP 4
#define MAX_SAMPLES 64
#define MAX_OPS 16
#define MAX_HELD 64
#define HELD_BYTES 4096
#define SETTLE_NS 50000000ull

/* of one operation: a value for each metric and round, or why there is none */
struct result {
	double *values[COST_MAX_METRICS];
	char skipped[256];
};

struct costs {
	struct bench_context *context;
	struct target target;
	struct shuffle random;
	unsigned int nr_ops;
	struct result results[MAX_OPS];
};

static size_t nr_metrics(const struct cost_op *op)
{
	size_t nr = 0;

	while (nr < COST_MAX_METRICS && op->metrics[nr])
		nr++;
	return nr;
}

/* the warm-up's values are overwritten */
static int sample(struct costs *costs, const struct cost_op *op,
		  double values[COST_MAX_METRICS][MAX_SAMPLES])
{
	double one[COST_MAX_METRICS] = {};
	int ret = 0;

	for (unsigned int i = 0; i < WARM_UP + op->nr_samples && !ret; i++) {
		unsigned int at = i < WARM_UP ? 0 : i - WARM_UP;

		ret = op->run(&costs->target, &costs->random, one);
		for (size_t m = 0; m < nr_metrics(op); m++)
			values[m][at] = one[m];
	}
	return ret;
}

/*
 * Where an object lands in the kernel's caches decides over some dozens of
 * instructions each time, and stays the same for a whole boot. Buffers that
 * are held open during a turn move what comes after them.
 */
static void hold(struct costs *costs, const struct cost_op *op,
		 int fds[MAX_HELD])
{
	unsigned int nr = 0;

	if (op->beside)
		nr = shuffle_next(&costs->random) % MAX_HELD;

	for (unsigned int i = 0; i < MAX_HELD; i++) {
		fds[i] = -1;
		if (i < nr)
			brg_dmabuf_export(&costs->target.vfio,
					  costs->target.bar, 0, HELD_BYTES,
					  &fds[i]);
	}
}

static void let_go(const int fds[MAX_HELD])
{
	for (unsigned int i = 0; i < MAX_HELD; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

static int turn(struct costs *costs, unsigned int index, unsigned int round)
{
	double values[COST_MAX_METRICS][MAX_SAMPLES];
	const struct cost_op *op = &cost_ops[index];
	struct result *result = &costs->results[index];
	int fds[MAX_HELD];
	int ret;

	if (*result->skipped)
		return 0;
	/* what was printed last is still on its way out of the machine */
	brg_clock_sleep_ns(SETTLE_NS);
	hold(costs, op, fds);
	ret = sample(costs, op, values);
	let_go(fds);
	if (ret && bench_status_of(ret) == BENCH_SKIP) {
		strncpy(result->skipped, brg_last_error(),
			sizeof(result->skipped) - 1);
		return 0;
	}
	for (size_t m = 0; m < nr_metrics(op) && !ret; m++)
		ret = stats_quantile(values[m], op->nr_samples, 0.5,
				     &result->values[m][round]);
	return ret;
}

static int all_turns(struct costs *costs)
{
	unsigned int rounds = costs->context->options->rounds;
	unsigned int order[MAX_OPS];

	for (unsigned int round = 0; round < rounds; round++) {
		progress_step("costs: round %u of %u", round + 1, rounds);
		shuffle_order(&costs->random, order, costs->nr_ops);
		for (unsigned int i = 0; i < costs->nr_ops; i++) {
			int ret = turn(costs, order[i], round);

			if (ret)
				return ret;
			if (stop_requested())
				return brg_fail(-EINTR, "interrupted");
		}
	}
	return 0;
}

static int write_one(const struct costs *costs, unsigned int index, size_t m)
{
	const struct cost_op *op = &cost_ops[index];
	const struct result *result = &costs->results[index];
	const struct brg_param params[] = {
		{ .name = "claimed", .number = m < op->claimed },
		{ .name = "samples", .number = op->nr_samples },
		{},
	};
	const struct brg_record record = {
		.name = op->name,
		.metric = op->metrics[m],
		.unit = "ns",
		.better = "lower",
		.samples = result->values[m],
		.nr_samples =
			*result->skipped ? 0 : costs->context->options->rounds,
		.params = params,
		.mem = op->mem,
		.status = *result->skipped ? BRG_STATUS_SKIP : BRG_STATUS_PASS,
		.reason = *result->skipped ? result->skipped : NULL,
	};

	return output_write(costs->context->output, &record, false);
}

static int write_all(const struct costs *costs)
{
	int ret = 0;

	for (unsigned int i = 0; i < costs->nr_ops; i++) {
		for (size_t m = 0; m < nr_metrics(&cost_ops[i]) && !ret; m++)
			ret = write_one(costs, i, m);
	}
	return ret;
}

static int make_room(struct costs *costs)
{
	for (; cost_ops[costs->nr_ops].name; costs->nr_ops++) {
		struct result *result = &costs->results[costs->nr_ops];

		for (size_t m = 0; m < COST_MAX_METRICS; m++) {
			result->values[m] =
				calloc(costs->context->options->rounds,
				       sizeof(double));
			if (!result->values[m])
				return brg_fail(-ENOMEM, "out of memory");
		}
	}
	return 0;
}

static int measure(struct costs *costs)
{
	int restored,
		ret = target_open(costs->context->options, &costs->target);

	if (ret)
		return ret;
	ret = all_turns(costs);
	restored = target_close(&costs->target);
	return ret ? ret : restored;
}

static enum bench_status costs_run(struct bench_context *context,
				   const struct bench *bench)
{
	struct costs costs = {
		.context = context,
		.random = { .state = context->options->seed },
	};
	int ret = make_room(&costs);

	if (!ret)
		ret = measure(&costs);
	if (!ret)
		ret = write_all(&costs);
	for (size_t i = 0; i < MAX_OPS; i++) {
		for (size_t m = 0; m < COST_MAX_METRICS; m++)
			free(costs.results[i].values[m]);
	}
	return bench_end(context, ret);
}

BENCH(costs) = {
	.name = "costs",
	.summary = "BAR faults, dma-bufs, resets with nothing registered",
	.needs = BENCH_NEEDS_PROVIDER,
	.run = costs_run,
};
