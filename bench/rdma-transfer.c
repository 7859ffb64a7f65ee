// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMA READ and WRITE between two queue pairs of one device: the latency of one
 * request at a time, and the bandwidth of many. The requester's end is host
 * memory in any case, the other end one of the kinds, which take turns. Data is
 * verified before and after.
 *
 * A record says who copied: the figures of a software device are those of its
 * CPU, however truly the other end is a BAR.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#include "progress.h"
#include "rdma-transfer.h"
#include "rdma-verify.h"
#include "shuffle.h"
#include "stats.h"
#include "stop.h"

#define BUFFER_BYTES RDMA_LEAST_BAR_BYTES /* either end */
#define DEPTH 8
#define MOST_CALLS 1024 /* in a turn */
#define FEWEST_CALLS 4
#define COUNTED_CALLS 16 /* where instructions are counted */

/* is a turn over that has made so many calls? */
static bool is_over(const struct transfer *t, unsigned int nr, uint64_t end)
{
	if (t->rdma.context->options->icount)
		return nr == COUNTED_CALLS;
	return nr == MOST_CALLS ||
	       (nr >= FEWEST_CALLS && brg_clock_now_ns() >= end);
}

static int one_by_one(struct transfer *t, struct transfer_cell *cell,
		      struct brg_verbs_request *request, uint64_t end)
{
	size_t first = cell->samples.nr;
	double median;
	int ret = 0;

	for (unsigned int i = 0; !ret && !is_over(t, i, end); i++) {
		uint64_t start = brg_clock_now_ns();

		ret = brg_verbs_transfer(&t->pair, request);
		if (!ret)
			ret = samples_add(&cell->samples,
					  (double)(brg_clock_now_ns() - start));
	}
	if (!ret)
		ret = stats_quantile(cell->samples.values + first,
				     cell->samples.nr - first, 0.5, &median);
	return ret ? ret : samples_add(&cell->rounds, median);
}

static int post_next(struct transfer *t, struct brg_verbs_request *request)
{
	uint64_t next = request->local_offset + request->bytes;

	if (next + request->bytes > BUFFER_BYTES)
		next = 0;
	request->local_offset = next;
	request->remote_offset = next;
	return brg_verbs_post(&t->pair, request);
}

static int reap(struct transfer *t)
{
	struct brg_verbs_done done;
	char text[160];
	int ret = brg_verbs_wait(&t->pair, BRG_VERBS_PATIENCE_MS, &done);

	if (ret || !done.status)
		return ret;
	brg_verbs_status_text(done.status, text, sizeof(text));
	return brg_fail(brg_verbs_status_errno(done.status), "%s: %s",
			t->rdma.dev->info.name, text);
}

static int many_at_once(struct transfer *t, struct transfer_cell *cell,
			struct brg_verbs_request *request, uint64_t end)
{
	uint64_t start = brg_clock_now_ns();
	unsigned int under_way = 0, nr = 0;
	double rate;
	int ret = 0;

	while (!ret && under_way < t->sweep->depth) {
		ret = post_next(t, request);
		under_way += !ret;
	}
	while (!ret && under_way) {
		ret = reap(t);
		under_way -= !ret;
		nr += !ret;
		if (!ret && brg_clock_now_ns() < end) {
			ret = post_next(t, request);
			under_way += !ret;
		}
	}
	if (ret)
		return ret;
	rate = (double)nr * request->bytes * 1e9 /
	       (double)(brg_clock_now_ns() - start);
	ret = samples_add(&cell->samples, rate);
	return ret ? ret : samples_add(&cell->rounds, rate);
}

static int take_turn(struct transfer *t, struct transfer_cell *cell)
{
	const struct brg_dmabuf_range range = { 0, BUFFER_BYTES };
	double runtime_ns = t->rdma.context->options->runtime_s * 1e9;
	struct brg_verbs_mr remote = {};
	struct brg_verbs_request request = {
		.op = cell->op,
		.local = &t->local,
		.remote = &remote,
		.bytes = cell->bytes,
	};
	struct rdma_buf buf;
	uint64_t end;
	int undone, ret = rdma_buf_open(&t->rdma, cell->kind, &range, 1, &buf);

	if (!ret)
		ret = rdma_reg(&t->rdma, &buf, 0, BUFFER_BYTES, &remote);
	end = brg_clock_now_ns() + (uint64_t)runtime_ns;
	if (!ret)
		ret = t->sweep->depth > 1 ?
			      many_at_once(t, cell, &request, end) :
			      one_by_one(t, cell, &request, end);
	undone = brg_verbs_dereg(&remote);
	rdma_buf_close(&buf);
	return ret ? ret : undone;
}

static int all_rounds(struct transfer *t)
{
	const struct bench_options *options = t->rdma.context->options;
	struct shuffle shuffle = { .state = options->seed };
	unsigned int order[TRANSFER_MAX_CELLS];

	for (unsigned int round = 0; round < options->rounds; round++) {
		progress_step("%s: round %u of %u", t->name, round + 1,
			      options->rounds);
		shuffle_order(&shuffle, order, t->nr_cells);
		for (unsigned int i = 0; i < t->nr_cells; i++) {
			int ret = take_turn(t, &t->cells[order[i]]);

			if (ret)
				return ret;
			if (stop_requested())
				return brg_fail(-EINTR, "interrupted");
		}
	}
	return 0;
}

static int verify(struct transfer *t, const char *stage, uint64_t generation)
{
	int ret = 0;

	for (unsigned int kind = 0; kind < RDMA_NR_KINDS && !ret; kind++) {
		int written;

		if (*t->rdma.skipped[kind])
			continue;
		ret = rdma_verify(&t->rdma, &t->pair, &t->local, t->local_addr,
				  BUFFER_BYTES, kind, generation);
		written =
			transfer_write_check(t, kind, stage, BUFFER_BYTES, ret);
		ret = ret ? ret : written;
	}
	return ret;
}

/* host memory first: the others are compared with it */
static void make_cells(struct transfer *t)
{
	for (unsigned int kind = 0; kind < RDMA_NR_KINDS; kind++) {
		for (unsigned int i = 0;
		     i < TRANSFER_NR_OPS * t->sweep->nr_sizes &&
		     !*t->rdma.skipped[kind];
		     i++)
			t->cells[t->nr_cells++] = (struct transfer_cell){
				.kind = kind,
				.op = i % TRANSFER_NR_OPS ? BRG_VERBS_WRITE :
							    BRG_VERBS_READ,
				.bytes = t->sweep->sizes[i / TRANSFER_NR_OPS],
			};
	}
}

static int open_ends(struct transfer *t)
{
	int ret =
		brg_verbs_pair_open(t->rdma.dev, t->rdma.dev, DEPTH, &t->pair);

	if (ret)
		return ret;
	t->local_addr = mmap(NULL, BUFFER_BYTES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (t->local_addr == MAP_FAILED) {
		t->local_addr = NULL;
		return brg_fail(-ENOMEM, "out of memory");
	}
	return brg_verbs_reg_host(t->rdma.dev, t->local_addr, BUFFER_BYTES,
				  &t->local);
}

static int run_open(struct transfer *t)
{
	int ret = open_ends(t);

	if (!ret)
		ret = verify(t, "before", 1);
	make_cells(t);
	if (!ret)
		ret = all_rounds(t);
	if (!ret)
		ret = verify(t, "after", 2);
	if (!ret)
		ret = transfer_write(t);
	for (unsigned int i = 0; i < t->nr_cells; i++) {
		samples_free(&t->cells[i].samples);
		samples_free(&t->cells[i].rounds);
	}
	brg_verbs_dereg(&t->local);
	if (t->local_addr)
		munmap(t->local_addr, BUFFER_BYTES);
	brg_verbs_pair_close(&t->pair);
	return ret;
}

static enum bench_status transfer_run(struct bench_context *context,
				      const struct bench *bench)
{
	struct transfer t = { .sweep = bench->arg, .name = bench->name };
	int restored, ret = rdma_open(context, &t.rdma);

	if (!ret) {
		ret = run_open(&t);
		restored = rdma_close(&t.rdma);
		if (!ret)
			ret = restored;
	}
	if (ret)
		return bench_reason(context, rdma_status(ret), "%s",
				    brg_last_error());
	return BENCH_PASS;
}

static const struct transfer_sweep latency = {
	.metric = "latency",
	.unit = "ns",
	.better = "lower",
	.depth = 1,
	.sizes = { 8, 4096, 65536 },
	.nr_sizes = 3,
};

static const struct transfer_sweep bandwidth = {
	.metric = "bandwidth",
	.unit = "B/s",
	.better = "higher",
	.depth = DEPTH,
	.sizes = { 4096, 65536, 1048576 },
	.nr_sizes = 3,
};

BENCH(rdma_latency) = {
	.name = "rdma-latency",
	.summary = "RDMA READ and WRITE, one at a time, to each kind of memory",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
	.run = transfer_run,
	.arg = &latency,
};

BENCH(rdma_bandwidth) = {
	.name = "rdma-bandwidth",
	.summary = "RDMA READ and WRITE, many at once, to each kind of memory",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL,
	.run = transfer_run,
	.arg = &bandwidth,
};
