/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * child - run a program, bounded in time, and keep what it wrote
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stddef.h>

#include "cpu-time.h"

/**
 * struct child - one run of a program
 * @argv: NULL-terminated; the first is a path
 * @env: NULL-terminated list of "NAME=value" that replace or join the
 *	environment
 * @folder: to run it in; its output is kept there
 * @limit_s: killed after that long
 * @trace: receives samples of the machine's CPU time while it runs
 * @sample_s: how often
 * @status: receives the exit status, 128 + signal where it was killed
 * @out: receives its stdout; the caller frees
 * @err: receives its stderr; the caller frees
 */
struct child {
	const char *const *argv;
	char *const *env;
	const char *folder;
	double limit_s;
	struct cpu_trace *trace;
	double sample_s;
	int status;
	char *out;
	char *err;
};

/**
 * child_run - run it, and wait
 * @child: what, how
 *
 * A child that outlives its limit, or a request to stop, is killed.
 *
 * Return: 0 once it has ended by itself, whatever its status; -ETIMEDOUT;
 * -EINTR where a stop was requested; -errno; with brg_last_error() set.
 * @out and @err are filled in all the same, where there is something.
 */
int child_run(struct child *child);

/** child_free - free what it wrote */
void child_free(struct child *child);

#endif
