// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long it takes to make a part of a BAR usable by others and to undo it,
 * and how much memory the kernel needs for it, against the part's size: 2 MiB,
 * doubled up to the whole BAR. What a part of a large BAR costs is what a BAR
 * of that size would cost. Nothing is mapped and no I/O is in flight.
 *
 * Taking pages away waits for the kernel's grace periods, which do not depend on
 * the size: so what it costs a CPU is measured as well.
 *
 * Rounds take sizes and ways in an order of their own, from the seed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <barrage/clock.h>
#include <barrage/log.h>
#include <barrage/p2p.h>

#include "backing.h"
#include "bench.h"
#include "memory-use.h"
#include "progress.h"
#include "shuffle.h"
#include "stop.h"

#define MAX_BACKINGS 4
#define MAX_SIZES 32
#define MAX_CELLS (MAX_BACKINGS * MAX_SIZES)

enum { SETUP, TEARDOWN, TEARDOWN_CPU, MEMMAP, MEMORY, NR_METRICS };

static const struct {
	const char *name;
	const char *unit;
} metrics[NR_METRICS] = {
	[SETUP] = { "setup", "ns" },
	[TEARDOWN] = { "teardown", "ns" },
	[TEARDOWN_CPU] = { "teardown-cpu", "ns" },
	[MEMMAP] = { "memmap", "B" },
	[MEMORY] = { "memory", "B" },
};

/**
 * struct sizes - the benchmark
 * @nr_sizes: from 2 MiB on, each twice the one before
 * @skipped: of each backing: why it was not measured; "" where it was
 * @values: [backing][size][metric][round]
 */
struct sizes {
	struct bench_context *context;
	struct target target;
	unsigned int nr_backings;
	unsigned int nr_sizes;
	char skipped[MAX_BACKINGS][256];
	struct brg_proof proofs[MAX_BACKINGS];
	double *values;
};

static uint64_t size_of(unsigned int index)
{
	return BRG_P2P_ALIGN << index;
}

static double *value_of(const struct sizes *sizes, unsigned int cell,
			unsigned int metric, unsigned int round)
{
	unsigned int rounds = sizes->context->options->rounds;

	return &sizes->values[(cell * NR_METRICS + metric) * rounds + round];
}

static int measure_one(const struct sizes *sizes, const struct backing *backing,
		       uint64_t length, double values[NR_METRICS])
{
	struct memory_use before, during;
	uint64_t t0, t1;
	double cpu_ns;
	int fd, ret = memory_use_read(&before);

	if (ret)
		return ret;
	t0 = brg_clock_now_ns();
	ret = backing->make(&sizes->target, length, &fd);
	t1 = brg_clock_now_ns();
	if (ret)
		return ret;
	values[SETUP] = (double)(t1 - t0);
	ret = memory_use_read(&during);
	values[MEMMAP] = during.memmap - before.memmap;
	values[MEMORY] = before.free - during.free;
	cpu_ns = target_cpu_ns();
	t0 = brg_clock_now_ns();
	if (backing->unmake(&sizes->target, fd))
		return -EIO;
	values[TEARDOWN] = (double)(brg_clock_now_ns() - t0);
	values[TEARDOWN_CPU] = target_cpu_ns() - cpu_ns;
	return ret;
}

static int measure(struct sizes *sizes, unsigned int cell, unsigned int round)
{
	unsigned int which = cell / sizes->nr_sizes;
	double values[NR_METRICS];
	int ret;

	if (*sizes->skipped[which])
		return 0;
	ret = measure_one(sizes, &backings[which],
			  size_of(cell % sizes->nr_sizes), values);
	for (unsigned int m = 0; m < NR_METRICS && !ret; m++)
		*value_of(sizes, cell, m, round) = values[m];
	return ret;
}

static int all_rounds(struct sizes *sizes)
{
	const struct bench_options *options = sizes->context->options;
	struct shuffle shuffle = { .state = options->seed };
	unsigned int nr = sizes->nr_backings * sizes->nr_sizes;
	unsigned int order[MAX_CELLS];

	for (unsigned int round = 0; round < options->rounds; round++) {
		progress_step("sizes: round %u of %u", round + 1,
			      options->rounds);
		shuffle_order(&shuffle, order, nr);
		for (unsigned int i = 0; i < nr; i++) {
			int ret = measure(sizes, order[i], round);

			if (ret)
				return ret;
			if (stop_requested())
				return brg_fail(-EINTR, "interrupted");
		}
	}
	return 0;
}

/* that pages made this way are the BAR's */
static int prove(struct sizes *sizes, unsigned int which)
{
	const struct backing *backing = &backings[which];
	void *addr;
	int ret = backing->map(&sizes->target, BRG_P2P_ALIGN, &addr);

	if (ret)
		return ret;
	ret = backing_prove(backing, &sizes->target, addr, BRG_P2P_ALIGN,
			    &sizes->proofs[which], NULL);
	munmap(addr, BRG_P2P_ALIGN);
	return ret;
}

/* does this kernel have it at all? */
static int try(struct sizes *sizes, unsigned int which)
{
	const struct backing *backing = &backings[which];
	int undone, fd, ret;

	ret = backing->make(&sizes->target, BRG_P2P_ALIGN, &fd);
	if (ret && bench_status_of(ret) == BENCH_SKIP) {
		strncpy(sizes->skipped[which], brg_last_error(),
			sizeof(sizes->skipped[which]) - 1);
		return 0;
	}
	if (ret)
		return ret;
	if (backing->map)
		ret = prove(sizes, which);
	undone = backing->unmake(&sizes->target, fd);
	return ret ? ret : undone;
}

static int write_one(const struct sizes *sizes, unsigned int cell,
		     unsigned int metric)
{
	unsigned int which = cell / sizes->nr_sizes;
	const char *skipped = sizes->skipped[which];
	const struct brg_param params[] = {
		{ .name = "bytes",
		  .number = (double)size_of(cell % sizes->nr_sizes) },
		{},
	};
	const struct brg_record record = {
		.name = "sizes",
		.metric = metrics[metric].name,
		.unit = metrics[metric].unit,
		.better = "lower",
		.samples = value_of(sizes, cell, metric, 0),
		.nr_samples = *skipped ? 0 : sizes->context->options->rounds,
		.params = params,
		.mem = backings[which].mem,
		.proof = backings[which].map && !*skipped ?
				 &sizes->proofs[which] :
				 NULL,
		.status = *skipped ? BRG_STATUS_SKIP : BRG_STATUS_PASS,
		.reason = *skipped ? skipped : NULL,
	};

	/* counts of bytes differ by pages: that is no doubt about the figure */
	return output_write(sizes->context->output, &record,
			    metric == MEMMAP || metric == MEMORY);
}

static int write_all(const struct sizes *sizes)
{
	unsigned int nr = sizes->nr_backings * sizes->nr_sizes;
	int ret = 0;

	for (unsigned int cell = 0; cell < nr; cell++) {
		for (unsigned int m = 0; m < NR_METRICS && !ret; m++)
			ret = write_one(sizes, cell, m);
	}
	return ret;
}

static int run_open(struct sizes *sizes)
{
	int ret = 0;

	while (sizes->nr_sizes < MAX_SIZES &&
	       size_of(sizes->nr_sizes) <= target_bar_bytes(&sizes->target))
		sizes->nr_sizes++;
	if (!sizes->nr_sizes)
		return brg_fail(-EOPNOTSUPP, "%s: BAR%u: smaller than 2 MiB",
				sizes->target.pci.bdf, sizes->target.bar);
	for (; backings[sizes->nr_backings].mem && !ret; sizes->nr_backings++)
		ret = try(sizes, sizes->nr_backings);
	if (ret)
		return ret;
	sizes->values =
		calloc((size_t)sizes->nr_backings * sizes->nr_sizes *
			       NR_METRICS * sizes->context->options->rounds,
		       sizeof(double));
	if (!sizes->values)
		return brg_fail(-ENOMEM, "out of memory");
	ret = all_rounds(sizes);
	return ret ? ret : write_all(sizes);
}

static enum bench_status sizes_run(struct bench_context *context,
				   const struct bench *bench)
{
	struct sizes sizes = { .context = context };
	int restored, ret = target_open(context->options, &sizes.target);

	if (!ret) {
		ret = run_open(&sizes);
		free(sizes.values);
		restored = target_close(&sizes.target);
		if (!ret)
			ret = restored;
	}
	return bench_end(context, ret);
}

BENCH(sizes) = {
	.name = "sizes",
	.summary = "time and memory to make BARs usable, against their size",
	.needs = BENCH_NEEDS_PROVIDER,
	.run = sizes_run,
};
