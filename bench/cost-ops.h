/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cost-ops - kernel paths that a device with nothing registered goes through
 *
 * Each operation is one that the unmodified kernel has, so that what it costs
 * can be compared between two kernels.
 */
#ifndef BENCH_COST_OPS_H
#define BENCH_COST_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include "shuffle.h"
#include "target.h"

#define COST_MAX_METRICS 2

/**
 * struct cost_op - one operation
 * @name: "cost-..." in records
 * @metrics: what it yields; the unused ones are NULL
 * @mem: kind of memory that it is about
 * @nr_samples: how often in one turn
 * @claimed: within the limit that the series promises to keep
 * @beside: dma-bufs that exist meanwhile do not matter to it
 * @run: one sample: receives a value in ns for each metric
 *
 * @run returns 0, or -errno with brg_last_error() set: -EOPNOTSUPP where this
 * machine cannot do it.
 */
struct cost_op {
	const char *name;
	const char *metrics[COST_MAX_METRICS];
	const struct brg_mem_ops *mem;
	unsigned int nr_samples;
	bool claimed;
	bool beside;
	int (*run)(const struct target *target, struct shuffle *random,
		   double *values_ns);
};

/** cost_ops - all of them; the last one has no name */
extern const struct cost_op cost_ops[];

#endif
