/* SPDX-License-Identifier: GPL-2.0-only */
/* mr-cells - what is measured of memory regions, and the records of it */
#ifndef BENCH_MR_CELLS_H
#define BENCH_MR_CELLS_H

#include "rdma.h"
#include "samples.h"

#define MR_MAX_CELLS 128
#define MR_MAX_OTHERS 16
#define MR_MAX_RANGES 1024
#define MR_FEW_RANGES 16

enum mr_sweep {
	MR_BY_SIZE,
	MR_BY_RANGES,
	MR_BY_REGISTERED,
	MR_AFTER_REVOKE,
};

enum mr_metric {
	MR_REGISTER,
	MR_DEREGISTER,
	MR_DEREGISTER_REVOKED,
	MR_NR_METRICS,
};

/**
 * struct mr_cell - one place of a table
 * @kind: of memory
 * @bytes: of the region
 * @ranges: of the buffer, @nr_ranges; freed with the cell
 * @others_bytes: in other regions meanwhile
 * @revoked: register after a revoke, beside the region of before
 * @stays_dead: the device does not map that one anew: what it costs to deregister
 *	is that of a revoked one
 * @samples: in nanoseconds
 */
struct mr_cell {
	enum rdma_kind kind;
	uint64_t bytes;
	struct brg_dmabuf_range *ranges;
	size_t nr_ranges;
	uint64_t others_bytes;
	bool revoked;
	bool stays_dead;
	struct samples samples[MR_NR_METRICS];
};

struct mr_cells {
	struct mr_cell cell[MR_MAX_CELLS];
	unsigned int nr;
};

/**
 * mr_cells_make - all cells of a sweep that the kinds of memory have
 * @rdma: open
 * @sweep: which
 * @cells: zeroed
 *
 * Return: 0; -ENOMEM, with brg_last_error() set.
 */
int mr_cells_make(const struct rdma *rdma, enum mr_sweep sweep,
		  struct mr_cells *cells);

/** mr_cells_free - undo it */
void mr_cells_free(struct mr_cells *cells);

/**
 * mr_cells_write - a record of each cell, and of each kind that was left out
 * @rdma: open
 * @cells: measured
 * @name: of the benchmark
 *
 * Return: as output_write().
 */
int mr_cells_write(const struct rdma *rdma, const struct mr_cells *cells,
		   const char *name);

#endif
