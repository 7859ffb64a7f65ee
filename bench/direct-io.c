// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fixed number of O_DIRECT reads or writes, one at a time, from this process:
 * what one I/O costs from the system call to the data in place, a bounce copy
 * included. No fio start-up, no clock that ends the run: below an emulator that
 * counts instructions, the same work each time.
 */
#include <errno.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#include "arms.h"
#include "disk-io.h"

#define DISK_OFFSET (1u << 20)
#define WARM_UP 8

static const struct arms_metric metrics[] = {
	{ "time-per-io", "ns", "lower", "time-per-io-ratio" },
};

struct shape {
	bool write;
	size_t bs;
	unsigned int nr_ios;
};

struct direct_io {
	const struct shape *shape;
	struct disk_io disk;
	struct brg_param params[4];
};

static int each_io(const struct direct_io *direct, struct brg_mem *mem,
		   unsigned int nr)
{
	const struct shape *shape = direct->shape;
	int ret = 0;

	for (unsigned int i = 0; i < nr && !ret; i++)
		ret = (shape->write ? disk_io_write_mem : disk_io_read_mem)(
			&direct->disk, mem, 0, shape->bs, DISK_OFFSET);
	return ret;
}

static enum bench_status measure(struct bench_context *context,
				 const struct direct_io *direct,
				 struct brg_mem *mem, double *value)
{
	uint64_t start_ns;
	int ret = each_io(direct, mem, WARM_UP);

	start_ns = brg_clock_now_ns();
	if (!ret)
		ret = each_io(direct, mem, direct->shape->nr_ios);
	if (ret)
		return bench_reason(context, BENCH_FAIL, "%s: %s",
				    brg_mem_kind(mem)->name, brg_last_error());
	*value =
		(double)(brg_clock_now_ns() - start_ns) / direct->shape->nr_ios;
	return BENCH_PASS;
}

static enum bench_status direct_turn(struct arms *arms, unsigned int arm,
				     double *values, struct brg_proof *proof,
				     void *arg)
{
	const struct bench_options *options = arms->context->options;
	const struct direct_io *direct = arg;
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
	if (brg_mem_prove(mem, proof))
		status = bench_reason(arms->context, BENCH_FAIL, "%s: %s",
				      options->arms[arm]->name,
				      brg_last_error());
	else
		status = measure(arms->context, direct, mem, values);
	brg_mem_close(mem);
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
		.metrics = metrics,
		.nr_metrics = 1,
		.params = direct.params,
	};
	enum bench_status status;

	if (disk_io_open(&direct.disk, &context->output->disk))
		return bench_reason(context, BENCH_ERROR, "%s",
				    brg_last_error());
	status = arms_run(&arms, direct_turn, &direct);
	disk_io_close(&direct.disk);
	return status;
}

#define DIRECT_BENCH(id, job, is_write, bytes, nr)                             \
	static const struct shape shape_##id = { is_write, bytes, nr };        \
	BENCH(id) = {                                                          \
		.name = "io-" job,                                             \
		.summary = "time of one O_DIRECT " job ", over " #nr,          \
		.needs = BENCH_NEEDS_PROVIDER | BENCH_NEEDS_DISK |             \
			 BENCH_NEEDS_VERIFY,                                   \
		.sets = BENCH_SET_ICOUNT,                                      \
		.run = direct_run,                                             \
		.arg = &shape_##id,                                            \
	}

DIRECT_BENCH(read_4k, "read-4k", false, 4u << 10, 200);
DIRECT_BENCH(read_64k, "read-64k", false, 64u << 10, 100);
DIRECT_BENCH(read_1m, "read-1m", false, 1u << 20, 20);
DIRECT_BENCH(write_4k, "write-4k", true, 4u << 10, 200);
DIRECT_BENCH(write_64k, "write-64k", true, 64u << 10, 100);
DIRECT_BENCH(write_1m, "write-1m", true, 1u << 20, 20);
