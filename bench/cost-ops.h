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
 * @claimed: how many of @metrics, from the first on, the series promises to keep
 *	     within the limit
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
	unsigned int claimed;
	bool beside;
	int (*run)(const struct target *target, struct shuffle *random,
		   double *values_ns);
};

/* of one operation each: cost-bar.c */
int cost_fault_small(const struct target *target, struct shuffle *random,
		     double *values_ns);
int cost_fault_huge(const struct target *target, struct shuffle *random,
		    double *values_ns);
int cost_map_unmap(const struct target *target, struct shuffle *random,
		   double *values_ns);

/** cost_since_ns - from @start_ns on brg_clock_now_ns() to now */
double cost_since_ns(uint64_t start_ns);

/**
 * cost_any_offset - somewhere in the BAR, so that nothing rests on one address
 * @target: open
 * @random: decides
 * @bytes: that must fit behind it
 * @align: of it
 */
uint64_t cost_any_offset(const struct target *target, struct shuffle *random,
			 uint64_t bytes, uint64_t align);

/** cost_ops - all of them; the last one has no name */
extern const struct cost_op cost_ops[];

#endif
