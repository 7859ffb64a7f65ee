// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fixed number of O_DIRECT reads or writes, one at a time, from this process,
 * a bounce's copies included: the median of a turn. By the clock, it is how long
 * one takes. Where the clock counts instructions, it is what one costs, without
 * the time that the CPU waits for the disk (ring.h), and with memory that falls
 * into the same pieces each time (scatter.h).
 */

#include <barrage/clock.h>
#include <barrage/log.h>

#include "arms.h"
#include "disk-io.h"
#include "ring.h"
#include "scatter.h"
#include "stats.h"

#define DISK_OFFSET (1u << 20)
#define WARM_UP 8
#define MAX_IOS 200
#define SETTLE_NS 50000000ull

static const struct arms_metric time_metric = {
	"time-per-io",
	"ns",
	"lower",
	"time-per-io-ratio",
};

static const struct arms_metric cost_metric = {
	"cost-per-io",
	"ns",
	"lower",
	"cost-per-io-ratio",
};

struct shape {
	bool write;
	size_t bs;
	unsigned int nr_ios;
};

struct direct_io {
	const struct shape *shape;
	struct disk_io disk;
	struct ring ring;
	struct brg_param params[4];
};

static bool counts_instructions(void)
{
	return brg_clock_kind() == BRG_CLOCK_ICOUNT;
}

/* one I/O with the copy that its memory needs: its time, or its cost */
static int one_io(struct direct_io *direct, struct brg_mem *mem,
		  double *value_ns)
{
	struct ring_io io = {
		.write = direct->shape->write,
		.addr = brg_mem_io_addr(mem),
		.len = direct->shape->bs,
		.offset = DISK_OFFSET,
	};
	uint64_t start_ns = brg_clock_now_ns();
	int ret = 0;

	if (io.write)
		ret = brg_mem_before_write(mem, 0, io.len);
	if (!ret)
		ret = ring_transfer(&direct->ring, &direct->disk, &io);
	if (!ret && !io.write)
		ret = brg_mem_after_read(mem, 0, io.len);
	*value_ns = (double)(brg_clock_now_ns() - start_ns);
	if (counts_instructions())
		*value_ns -= io.waited_ns;
	return ret;
}

static enum bench_status measure(struct bench_context *context,
				 struct direct_io *direct, struct brg_mem *mem,
				 double *value)
{
	const unsigned int nr = direct->shape->nr_ios;
	double values_ns[WARM_UP + MAX_IOS];

	/* what was printed last is still on its way out of the machine */
	if (counts_instructions())
		brg_clock_sleep_ns(SETTLE_NS);
	for (unsigned int i = 0; i < WARM_UP + nr; i++) {
		if (one_io(direct, mem, &values_ns[i]))
			return bench_reason(context, BENCH_FAIL, "%s: %s",
					    brg_mem_kind(mem)->name,
					    brg_last_error());
	}
	if (stats_quantile(values_ns + WARM_UP, nr, 0.5, value))
		return bench_reason(context, BENCH_ERROR, "out of memory");
	return BENCH_PASS;
}

static enum bench_status direct_turn(struct arms *arms, unsigned int arm,
				     double *values, struct brg_proof *proof,
				     void *arg)
{
	const struct bench_options *options = arms->context->options;
	struct direct_io *direct = arg;
	const struct brg_mem_params params = {
		.bdf = options->device,
		.bar = options->bar,
		.size_bytes = direct->shape->bs,
	};
	enum bench_status status;
	struct brg_mem *mem;
	int ret = brg_mem_open(options->arms[arm], &params, &mem);

	if (ret)
		return bench_reason(arms->context, bench_status_of(ret),
				    "%s: %s", options->arms[arm]->name,
				    brg_last_error());
	if ((counts_instructions() && scatter_pages(mem)) ||
	    brg_mem_prove(mem, proof))
		status = bench_reason(arms->context, BENCH_FAIL, "%s: %s",
				      options->arms[arm]->name,
				      brg_last_error());
	else
		status = measure(arms->context, direct, mem, values);
	brg_mem_close(mem);
	return status;
}

static enum bench_status open_and_run(struct arms *arms,
				      struct direct_io *direct)
{
	struct bench_context *context = arms->context;
	enum bench_status status;

	if (disk_io_open(&direct->disk, &context->output->disk))
		return bench_reason(context, BENCH_ERROR, "%s",
				    brg_last_error());
	status = arms_run(arms, direct_turn, direct);
	disk_io_close(&direct->disk);
	return status;
}

static enum bench_status direct_run(struct bench_context *context,
				    const struct bench *bench)
{
	const struct shape *shape = bench->arg;
	struct direct_io direct = {
		.shape = shape,
		.params = {
			{ .name = "rw",
			  .text = shape->write ? "write" : "read" },
			{ .name = "bs", .number = (double)shape->bs },
			{ .name = "ios", .number = shape->nr_ios },
			{},
		},
	};
	struct arms arms = {
		.context = context,
		.bench = bench,
		.metrics = counts_instructions() ? &cost_metric : &time_metric,
		.nr_metrics = 1,
		.params = direct.params,
	};
	enum bench_status status;

	if (ring_open(&direct.ring))
		return bench_reason(context, BENCH_ERROR, "%s",
				    brg_last_error());
	status = open_and_run(&arms, &direct);
	ring_close(&direct.ring);
	return status;
}

#define DIRECT_BENCH(id, job, is_write, bytes, nr)                             \
	static const struct shape shape_##id = { is_write, bytes, nr };        \
	BENCH(id) = {                                                          \
		.name = "io-" job,                                             \
		.summary = "what one O_DIRECT " job " takes, of " #nr          \
			   " in a row",                                        \
		.needs = BENCH_NEEDS_DISK | BENCH_NEEDS_VERIFY,                \
		.sets = BENCH_SET_ICOUNT,                                      \
		.run = direct_run,                                             \
		.arg = &shape_##id,                                            \
	}

DIRECT_BENCH(read_4k, "read-4k", false, 4u << 10, 200);
DIRECT_BENCH(read_64k, "read-64k", false, 64u << 10, 100);
DIRECT_BENCH(read_1m, "read-1m", false, 1u << 20, 40);
DIRECT_BENCH(write_4k, "write-4k", true, 4u << 10, 200);
DIRECT_BENCH(write_64k, "write-64k", true, 64u << 10, 100);
DIRECT_BENCH(write_1m, "write-1m", true, 1u << 20, 40);
