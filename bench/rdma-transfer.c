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

#include <barrage/log.h>

#include "progress.h"
#include "rdma-transfer.h"
#include "rdma-verify.h"
#include "shuffle.h"
#include "stop.h"

#define DEPTH 8
#define BUFFER_BYTES TRANSFER_BUFFER_BYTES

static int all_rounds(struct transfer *t)
{
	const struct bench_options *options = t->rdma->context->options;
	struct shuffle shuffle = { .state = options->seed };
	unsigned int order[TRANSFER_MAX_CELLS];

	for (unsigned int round = 0; round < options->rounds; round++) {
		progress_step("%s: round %u of %u", t->name, round + 1,
			      options->rounds);
		shuffle_order(&shuffle, order, t->nr_cells);
		for (unsigned int i = 0; i < t->nr_cells; i++) {
			int ret = transfer_turn(t, &t->cells[order[i]]);

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
		struct rdma_verified verified = {};
		int written;

		if (*t->rdma->skipped[kind])
			continue;
		ret = rdma_verify(t->rdma, &t->pair, &t->local, t->local_addr,
				  BUFFER_BYTES, kind, generation, &verified);
		written = transfer_write_check(t, kind, stage, &verified, ret);
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
		     !*t->rdma->skipped[kind];
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
	int ret = brg_verbs_pair_open(t->rdma->dev, t->rdma->dev, DEPTH,
				      &t->pair);

	if (ret)
		return ret;
	t->local_addr = mmap(NULL, BUFFER_BYTES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (t->local_addr == MAP_FAILED) {
		t->local_addr = NULL;
		return brg_fail(-ENOMEM, "out of memory");
	}
	return brg_verbs_reg_host(t->rdma->dev, t->local_addr, BUFFER_BYTES,
				  &t->local);
}

static int run_open(struct transfer *t)
{
	int undone, ret = open_ends(t);

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
	undone = brg_verbs_dereg(&t->local);
	if (t->local_addr)
		munmap(t->local_addr, BUFFER_BYTES);
	brg_verbs_pair_close(&t->pair);
	return ret ? ret : undone;
}

static int measure(struct rdma *rdma, const void *arg)
{
	const struct bench *bench = arg;
	const struct transfer_sweep *const *sweeps = bench->arg;
	bool counted = rdma->context->options->icount;
	struct transfer t = {
		.rdma = rdma,
		.sweep = sweeps[counted],
		.name = bench->name,
	};

	return run_open(&t);
}

static enum bench_status transfer_run(struct bench_context *context,
				      const struct bench *bench)
{
	return rdma_run(context, measure, bench);
}

static const struct transfer_sweep by_latency = {
	.metric = "latency",
	.unit = "ns",
	.better = "lower",
	.depth = 1,
	.sizes = { 8, 4096, 65536 },
	.nr_sizes = 3,
};

static const struct transfer_sweep by_bandwidth = {
	.metric = "bandwidth",
	.unit = "B/s",
	.better = "higher",
	.depth = DEPTH,
	.sizes = { 4096, 65536, 1048576 },
	.nr_sizes = 3,
};

static const struct transfer_sweep by_cost = {
	.metric = "cost-per-request",
	.unit = "ns",
	.better = "lower",
	.per_request = true,
	.depth = DEPTH,
	/* a megabyte takes long to count, and costs as much for each KiB */
	.sizes = { 4096, 65536, 262144 },
	.nr_sizes = 3,
};

/* by the clock, and where instructions are counted: they have no bandwidth */
static const struct transfer_sweep *const latency[] = { &by_latency,
							&by_latency };
static const struct transfer_sweep *const bandwidth[] = { &by_bandwidth,
							  &by_cost };

BENCH(rdma_latency) = {
	.name = "rdma-latency",
	.summary = "RDMA READ and WRITE, one at a time, to each kind of memory",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
	.run = transfer_run,
	.arg = latency,
};

BENCH(rdma_bandwidth) = {
	.name = "rdma-bandwidth",
	.summary = "RDMA READ and WRITE, many at once, to each kind of memory",
	.needs = BENCH_NEEDS_PROVIDER,
	.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
	.run = transfer_run,
	.arg = bandwidth,
};
