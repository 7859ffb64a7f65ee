/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fio-run - one job of a job file, on one kind of memory
 */
#ifndef BENCH_FIO_RUN_H
#define BENCH_FIO_RUN_H

#include "bench.h"
#include "fio-json.h"

/**
 * struct fio_run - what to run, and what came of it
 * @file: job file below the folder of jobs, "read.fio"
 * @section: its section, "read-4k-one"
 * @kind: of memory
 * @result: receives the figures
 * @proof: receives the engine's proofs, summed
 * @busy_s: receives the machine's CPU time within the measured window; NaN
 *	where it could not be told
 */
struct fio_run {
	const char *file;
	const char *section;
	const struct brg_mem_ops *kind;
	struct fio_result result;
	struct brg_proof proof;
	double busy_s;
};

/**
 * fio_run - run it
 * @context: of the run
 * @run: what; receives what came of it
 *
 * Return: BENCH_PASS; BENCH_FAIL where fio failed or the proof is missing or
 * wrong; BENCH_ERROR where fio cannot be run.
 */
enum bench_status fio_run(struct bench_context *context, struct fio_run *run);

#endif
