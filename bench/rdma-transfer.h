/* SPDX-License-Identifier: GPL-2.0-only */
/* rdma-transfer - what is measured of RDMA READ and WRITE, and the records */
#ifndef BENCH_RDMA_TRANSFER_H
#define BENCH_RDMA_TRANSFER_H

#include "rdma.h"
#include "rdma-verify.h"
#include "samples.h"

#define TRANSFER_BUFFER_BYTES RDMA_LEAST_BAR_BYTES /* either end */
#define TRANSFER_MAX_SIZES 3
#define TRANSFER_NR_OPS 2
#define TRANSFER_MAX_CELLS                                                     \
	(RDMA_NR_KINDS * TRANSFER_NR_OPS * TRANSFER_MAX_SIZES)

/**
 * struct transfer_sweep - what a benchmark measures
 * @per_request: of many at a time, what each took; else how many bytes a second
 * @depth: requests at a time
 * @sizes: of a request, @nr_sizes
 */
struct transfer_sweep {
	const char *metric;
	const char *unit;
	const char *better;
	bool per_request;
	uint32_t depth;
	uint32_t sizes[TRANSFER_MAX_SIZES];
	unsigned int nr_sizes;
};

/**
 * struct transfer_cell - one place of a table
 * @bytes: of a request
 * @samples: all
 * @rounds: one value of each round, for ratios
 */
struct transfer_cell {
	enum rdma_kind kind;
	enum brg_verbs_op op;
	uint32_t bytes;
	struct samples samples;
	struct samples rounds;
};

/**
 * struct transfer - the benchmark
 * @local: region of @local_addr: the requester's end
 * @cells: those of host memory first
 */
struct transfer {
	struct rdma *rdma;
	const struct transfer_sweep *sweep;
	const char *name;
	struct brg_verbs_pair pair;
	void *local_addr;
	struct brg_verbs_mr local;
	struct transfer_cell cells[TRANSFER_MAX_CELLS];
	unsigned int nr_cells;
};

/**
 * transfer_turn - a turn of one cell, with memory and a region of its own
 * @t: open
 * @cell: receives samples, and a value of the round
 *
 * Lasts as long as the options say, but has four requests, or as many as are to
 * be under way; a fixed number where instructions are counted. Of many at a time
 * a sample is that of as many as are under way.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int transfer_turn(struct transfer *t, struct transfer_cell *cell);

/**
 * transfer_write - a record of each cell, ratios to host memory, and a record of
 * each kind that was left out
 * @t: measured
 *
 * Return: as output_write().
 */
int transfer_write(const struct transfer *t);

/**
 * transfer_write_check - a record of data that was compared
 * @t: the benchmark
 * @kind: of the remote memory
 * @stage: "before" or "after"
 * @verified: how much, and how much of it is wrong
 * @err: what came of it; brg_last_error() is the reason, and stays
 *
 * Return: as output_write(); 0 where @err is no verdict on the data.
 */
int transfer_write_check(const struct transfer *t, enum rdma_kind kind,
			 const char *stage,
			 const struct rdma_verified *verified, int err);

#endif
