// SPDX-License-Identifier: GPL-2.0-only
/*
 * The job files of fio-engines/jobs, one benchmark per section: the same job on
 * each kind of memory, in turns.
 */
#include <math.h>

#include "arms.h"
#include "fio-run.h"

enum {
	BANDWIDTH,
	IOPS,
	LATENCY_P50,
	LATENCY_P90,
	LATENCY_P99,
	LATENCY_P999,
	CPU_PER_GB,
	JOB_CPU_PER_GB,
	NR_METRICS,
};

static const struct arms_metric metrics[NR_METRICS] = {
	[BANDWIDTH] = { "bandwidth", "B/s", "higher", "bandwidth-ratio" },
	[IOPS] = { "iops", "1/s", "higher" },
	[LATENCY_P50] = { "latency-p50", "ns", "lower", "latency-p50-ratio" },
	[LATENCY_P90] = { "latency-p90", "ns", "lower" },
	[LATENCY_P99] = { "latency-p99", "ns", "lower", "latency-p99-ratio" },
	[LATENCY_P999] = { "latency-p99.9", "ns", "lower" },
	/* of all CPUs, interrupts included; and of fio's threads alone */
	[CPU_PER_GB] = { "cpu-per-gb", "s/GB", "lower", "cpu-per-gb-ratio" },
	[JOB_CPU_PER_GB] = { "job-cpu-per-gb", "s/GB", "lower" },
};

struct fio_job {
	const char *file;
	const char *section;
};

struct fio_bench {
	struct fio_run run;
	double runtime_s;
	struct brg_param params[8];
};

/* what the job file said, as fio understood it */
static void set_params(struct fio_bench *fio)
{
	const struct fio_result *result = &fio->run.result;
	const struct brg_param params[] = {
		{ .name = "rw", .text = result->rw },
		{ .name = "bs", .number = (double)result->bs_bytes },
		{ .name = "iodepth", .number = result->iodepth },
		{ .name = "numjobs", .number = result->numjobs },
		{ .name = "latency", .text = result->latency },
		{ .name = "runtime", .number = fio->runtime_s },
		{ .name = "fio", .text = result->version },
		{},
	};

	_Static_assert(sizeof(params) == sizeof(fio->params), "room for all");
	__builtin_memcpy(fio->params, params, sizeof(params));
}

static enum bench_status fio_turn(struct arms *arms, unsigned int arm,
				  double *values, struct brg_proof *proof,
				  void *arg)
{
	struct fio_bench *fio = arg;
	const struct fio_result *result = &fio->run.result;
	enum bench_status status;
	double gigabytes;

	fio->run.kind = arms->context->options->arms[arm];
	status = fio_run(arms->context, &fio->run);
	if (status != BENCH_PASS)
		return status;
	gigabytes = (double)result->nr_bytes / 1e9;
	values[BANDWIDTH] = result->bytes_per_s;
	values[IOPS] = result->ios_per_s;
	values[LATENCY_P50] = result->latency_p50_ns;
	values[LATENCY_P90] = result->latency_p90_ns;
	values[LATENCY_P99] = result->latency_p99_ns;
	values[LATENCY_P999] = result->latency_p999_ns;
	values[CPU_PER_GB] = fio->run.busy_s / gigabytes;
	values[JOB_CPU_PER_GB] = result->job_cpu_s / gigabytes;
	*proof = fio->run.proof;
	set_params(fio);
	arms->params = fio->params;
	return BENCH_PASS;
}

static enum bench_status fio_bench_run(struct bench_context *context,
				       const struct bench *bench)
{
	const struct fio_job *job = bench->arg;
	struct fio_bench fio = {
		.run = {
			.file = job->file,
			.section = job->section,
		},
		.runtime_s = context->options->runtime_s,
	};
	struct arms arms = {
		.context = context,
		.bench = bench,
		.metrics = metrics,
		.nr_metrics = NR_METRICS,
		.by_engine = true,
	};

	return arms_run(&arms, fio_turn, &fio);
}

#define FIO_BENCH(id, rw, job, what, default_sets)                             \
	static const struct fio_job job_##id = { rw ".fio", job };             \
	BENCH(id) = {                                                          \
		.name = "fio-" job,                                            \
		.summary = what,                                               \
		.needs = BENCH_NEEDS_DISK | BENCH_NEEDS_FIO |                  \
			 BENCH_NEEDS_VERIFY,                                   \
		.sets = default_sets,                                          \
		.run = fio_bench_run,                                          \
		.arg = &job_##id,                                              \
	}

#define FIO_BENCHES(rw, bs, what, sets)                                        \
	FIO_BENCH(rw##_##bs##_one, #rw, #rw "-" #bs "-one",                    \
		  what " of " #bs ", one at a time", sets);                    \
	FIO_BENCH(rw##_##bs##_many, #rw, #rw "-" #bs "-many",                  \
		  what " of " #bs ", from several jobs", 0)

FIO_BENCHES(read, 4k, "random reads", BENCH_SET_WALL);
FIO_BENCHES(read, 64k, "random reads", BENCH_SET_WALL);
FIO_BENCHES(read, 1m, "random reads", BENCH_SET_WALL);
FIO_BENCHES(write, 4k, "random writes", BENCH_SET_WALL);
FIO_BENCHES(write, 64k, "random writes", BENCH_SET_WALL);
FIO_BENCHES(write, 1m, "random writes", BENCH_SET_WALL);
FIO_BENCHES(mixed, 4k, "half reads, half writes", 0);
FIO_BENCHES(mixed, 64k, "half reads, half writes", 0);
FIO_BENCHES(mixed, 1m, "half reads, half writes", 0);
