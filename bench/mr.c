// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long it takes to register memory with an RDMA device and to deregister
 * it: against the region's size, against the ranges that a dma-buf is made of,
 * against how much is registered already, and once more after all regions of
 * the dma-buf were revoked.
 *
 * Cells take turns, in an order of their own each round, from the seed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#include "bench.h"
#include "mr-cells.h"
#include "progress.h"
#include "rdma-proof.h"
#include "shuffle.h"
#include "stop.h"

#define MOST_CALLS 32 /* in a turn */
#define FEWEST_CALLS 4
#define TURN_NS 100000000ull
#define OTHERS_BYTES (16ull << 20) /* each of the regions that are there */

/* a turn: a buffer, and the regions that are there already */
struct turn {
	const struct rdma *rdma;
	struct mr_cell *cell;
	struct rdma_buf buf;
	struct brg_verbs_mr others[MR_MAX_OTHERS];
	unsigned int nr_others;
};

static int timed_reg(const struct turn *turn, struct brg_verbs_mr *mr,
		     struct samples *samples)
{
	uint64_t start = brg_clock_now_ns();
	int ret = rdma_reg(turn->rdma, &turn->buf, 0, turn->cell->bytes, mr);
	uint64_t end = brg_clock_now_ns();

	return ret ? ret : samples_add(samples, (double)(end - start));
}

static int timed_dereg(struct brg_verbs_mr *mr, struct samples *samples)
{
	uint64_t start = brg_clock_now_ns();
	int ret = brg_verbs_dereg(mr);
	uint64_t end = brg_clock_now_ns();

	return ret ? ret : samples_add(samples, (double)(end - start));
}

/* what the region of before costs at its end is measured last */
static int one_call(const struct turn *turn)
{
	struct samples *samples = turn->cell->samples;
	struct brg_verbs_mr before = {}, mr = {};
	int undone[2], ret = 0;

	if (turn->cell->revoked) {
		ret = rdma_reg(turn->rdma, &turn->buf, 0, turn->cell->bytes,
			       &before);
		if (!ret)
			ret = rdma_revoke(turn->rdma);
	}
	if (!ret)
		ret = timed_reg(turn, &mr, &samples[MR_REGISTER]);
	if (!ret)
		ret = timed_dereg(&mr, &samples[MR_DEREGISTER]);
	if (!ret && turn->cell->stays_dead)
		ret = timed_dereg(&before, &samples[MR_DEREGISTER_REVOKED]);
	undone[0] = brg_verbs_dereg(&mr);
	undone[1] = brg_verbs_dereg(&before);
	if (ret)
		return ret;
	return undone[0] ? undone[0] : undone[1];
}

static int reg_others(struct turn *turn)
{
	uint64_t left = turn->cell->others_bytes, at = 0;
	int ret = 0;

	for (; left && !ret; left -= OTHERS_BYTES) {
		if (at + OTHERS_BYTES > turn->buf.bytes)
			at = 0;
		ret = rdma_reg(turn->rdma, &turn->buf, at, OTHERS_BYTES,
			       &turn->others[turn->nr_others]);
		turn->nr_others += !ret;
		at += OTHERS_BYTES;
	}
	return ret;
}

static int calls(const struct turn *turn)
{
	bool counted = turn->rdma->context->options->icount;
	uint64_t end = brg_clock_now_ns() + TURN_NS;

	/* where instructions are counted, the number of calls must not vary */
	for (unsigned int i = 0; i < (counted ? FEWEST_CALLS : MOST_CALLS);
	     i++) {
		int ret = one_call(turn);

		if (ret)
			return ret;
		if (stop_requested())
			return brg_fail(-EINTR, "interrupted");
		if (i + 1 >= FEWEST_CALLS && brg_clock_now_ns() > end)
			break;
	}
	return 0;
}

static int take_turn(const struct rdma *rdma, struct mr_cell *cell)
{
	struct turn turn = { .rdma = rdma, .cell = cell };
	int undone, ret = rdma_buf_open(rdma, cell->kind, cell->ranges,
					cell->nr_ranges, &turn.buf);

	if (!ret)
		ret = reg_others(&turn);
	if (!ret)
		ret = calls(&turn);
	while (turn.nr_others) {
		undone = brg_verbs_dereg(&turn.others[--turn.nr_others]);
		ret = ret ? ret : undone;
	}
	rdma_buf_close(&turn.buf);
	return ret;
}

static int all_rounds(const struct rdma *rdma, struct mr_cells *cells,
		      const char *name)
{
	const struct bench_options *options = rdma->context->options;
	struct shuffle shuffle = { .state = options->seed };
	unsigned int order[MR_MAX_CELLS];

	for (unsigned int round = 0; round < options->rounds; round++) {
		progress_step("%s: round %u of %u", name, round + 1,
			      options->rounds);
		shuffle_order(&shuffle, order, cells->nr);
		for (unsigned int i = 0; i < cells->nr; i++) {
			int ret = take_turn(rdma, &cells->cell[order[i]]);

			if (ret)
				return ret;
		}
	}
	return 0;
}

/* what is called revoked has to be, of each kind that is measured */
static int prove_revoked(const struct rdma *rdma, const struct mr_cells *cells)
{
	int ret = 0;

	for (unsigned int i = 0; i < cells->nr && !ret; i++) {
		const struct mr_cell *cell = &cells->cell[i];

		if (cell->stays_dead && (!i || cell[-1].kind != cell->kind))
			ret = rdma_prove_revoked(rdma, cell->kind);
	}
	return ret;
}

static int measure(struct rdma *rdma, const void *arg)
{
	const struct bench *bench = arg;
	const enum mr_sweep *sweep = bench->arg;
	struct mr_cells cells = {};
	int ret = mr_cells_make(rdma, *sweep, &cells);

	if (!ret)
		ret = prove_revoked(rdma, &cells);
	if (!ret)
		ret = all_rounds(rdma, &cells, bench->name);
	if (!ret)
		ret = mr_cells_write(rdma, &cells, bench->name);
	mr_cells_free(&cells);
	return ret;
}

static enum bench_status mr_run(struct bench_context *context,
				const struct bench *bench)
{
	return rdma_run(context, measure, bench);
}

static const enum mr_sweep by_size = MR_BY_SIZE;
static const enum mr_sweep by_ranges = MR_BY_RANGES;
static const enum mr_sweep by_registered = MR_BY_REGISTERED;
static const enum mr_sweep after_revoke = MR_AFTER_REVOKE;

BENCH(mr_size) = {
	.name = "mr-size",
	.summary = "time to register memory for RDMA, against its size",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
	.run = mr_run,
	.arg = &by_size,
};

BENCH(mr_ranges) = {
	.name = "mr-ranges",
	.summary = "the same, against the number of ranges of a dma-buf",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
	.run = mr_run,
	.arg = &by_ranges,
};

BENCH(mr_registered) = {
	.name = "mr-registered",
	.summary = "the same, against how much is registered already",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
	.run = mr_run,
	.arg = &by_registered,
};

BENCH(mr_revoked) = {
	.name = "mr-revoked",
	.summary = "the same, after all regions of the dma-buf were revoked",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
	.run = mr_run,
	.arg = &after_revoke,
};
