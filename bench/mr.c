// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long it takes to register memory with an RDMA device and to deregister
 * it: against the region's size, against the ranges that a dma-buf is made of,
 * against how much is registered already, and once more after all regions of
 * the dma-buf were revoked. That is a VFIO device whose memory is turned off
 * and on again, which costs the least of what revokes.
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

static int revoke(const struct turn *turn)
{
	const struct brg_vfio *vfio = &turn->rdma->target.vfio;
	int ret = brg_vfio_set_memory(vfio, false);

	if (!ret)
		ret = brg_vfio_set_memory(vfio, true);
	if (ret)
		return brg_fail(ret, "%s: memory off and on: %s", vfio->bdf,
				strerror(-ret));
	return 0;
}

/* what the region of before costs at its end is measured last */
static int one_call(const struct turn *turn)
{
	struct samples *samples = turn->cell->samples;
	struct brg_verbs_mr before = {}, mr = {};
	struct samples untimed = {};
	int ret = 0, undone;

	if (turn->cell->revoked) {
		ret = timed_reg(turn, &before, &untimed);
		samples_free(&untimed);
		if (!ret)
			ret = revoke(turn);
	}
	if (!ret)
		ret = timed_reg(turn, &mr, &samples[MR_REGISTER]);
	if (!ret)
		ret = timed_dereg(&mr, &samples[MR_DEREGISTER]);
	if (!ret && before.verbs)
		return timed_dereg(&before, &samples[MR_DEREGISTER_REVOKED]);
	undone = brg_verbs_dereg(&before);
	return ret ? ret : undone;
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
	int ret = rdma_buf_open(rdma, cell->kind, cell->ranges, cell->nr_ranges,
				&turn.buf);

	if (!ret)
		ret = reg_others(&turn);
	if (!ret)
		ret = calls(&turn);
	while (turn.nr_others)
		brg_verbs_dereg(&turn.others[--turn.nr_others]);
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

static int run_open(const struct rdma *rdma, const struct bench *bench)
{
	const enum mr_sweep *sweep = bench->arg;
	struct mr_cells cells = {};
	int ret = mr_cells_make(rdma, *sweep, &cells);

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
	struct rdma rdma;
	int restored, ret = rdma_open(context, &rdma);

	if (!ret) {
		ret = run_open(&rdma, bench);
		restored = rdma_close(&rdma);
		if (!ret)
			ret = restored;
	}
	if (ret)
		return bench_reason(context, rdma_status(ret), "%s",
				    brg_last_error());
	return BENCH_PASS;
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
