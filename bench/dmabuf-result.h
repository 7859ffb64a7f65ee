/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dmabuf-result - the samples of what one user does with one kind of dma-buf
 */
#ifndef BENCH_DMABUF_RESULT_H
#define BENCH_DMABUF_RESULT_H

#include "bench.h"
#include "dmabuf-shapes.h"
#include "dmabuf-users.h"

/**
 * struct dmabuf_result - one combination
 * @user: who uses it
 * @cell: what
 * @values: for each metric, room for the samples of all rounds
 * @nr: samples so far
 * @skipped: why there are none; "" where there are, or will be
 */
struct dmabuf_result {
	const struct dmabuf_user *user;
	struct dmabuf_cell cell;
	double *values[DMABUF_NR_METRICS];
	size_t nr;
	char skipped[256];
};

/**
 * dmabuf_result_open - make room
 * @result: zeroed
 * @user: who
 * @kind: of memory
 * @shape: of the dma-buf; outlives the result
 * @rounds: turns that there will be
 *
 * Return: 0; -ENOMEM with brg_last_error() set.
 */
int dmabuf_result_open(struct dmabuf_result *result,
		       const struct dmabuf_user *user,
		       const struct dmabuf_kind *kind,
		       const struct dmabuf_shape *shape, unsigned int rounds);

/** dmabuf_result_close - free; a half-open one is fine */
void dmabuf_result_close(struct dmabuf_result *result);

/**
 * dmabuf_result_or_skip - tell what fails from what this machine cannot do
 * @result: receives the reason
 * @ret: of a call that sets brg_last_error()
 *
 * Return: @ret; 0 for a skip.
 */
int dmabuf_result_or_skip(struct dmabuf_result *result, int ret);

/**
 * dmabuf_result_turn - take the samples of one turn
 * @result: open
 * @setting: where
 *
 * One more, the first, warms up: its values are left out. Here nothing is
 * skipped: what comes to a turn has been tried.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int dmabuf_result_turn(struct dmabuf_result *result,
		       const struct dmabuf_setting *setting);

/**
 * dmabuf_result_write - a record for each metric
 * @result: of all rounds
 * @output: of the run
 * @proof: that the memory is what it is called
 *
 * Return: 0; -errno of output_write().
 */
int dmabuf_result_write(const struct dmabuf_result *result,
			struct output *output, const struct brg_proof *proof);

#endif
