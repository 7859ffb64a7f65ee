/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench - what a benchmark is, and what it gets
 *
 * A benchmark is one file that ends in a constant table entry:
 *
 *	BENCH(register_bar) = {
 *		.name = "register",
 *		.summary = "...",
 *		.needs = BENCH_NEEDS_PROVIDER,
 *		.sets = BENCH_SET_WALL | BENCH_SET_ICOUNT,
 *		.run = register_run,
 *	};
 *
 * The harness checks the needs, verifies data before and after, watches the
 * kernel log, and writes records; the benchmark measures.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "options.h"
#include "output.h"

/* how a benchmark or the whole program ends; also the exit status */
enum bench_status {
	BENCH_PASS = 0,
	BENCH_FAIL = 1,
	BENCH_SKIP = 77,
	BENCH_ERROR = 99,
};

#define BENCH_NEEDS_PROVIDER (1u << 0) /* --device */
/* --peer, which is written to; alone: and --device, if one of the arms needs it */
#define BENCH_NEEDS_DISK (1u << 1)
#define BENCH_NEEDS_FIO (1u << 2) /* --fio, --engine and --jobs */
/* moves data: worth nothing unless the data is verified around it */
#define BENCH_NEEDS_VERIFY (1u << 3)

/* what runs where no name is given */
#define BENCH_SET_WALL (1u << 0)
#define BENCH_SET_ICOUNT (1u << 1) /* with --icount */

/**
 * struct bench_context - one run
 * @options: from the command line
 * @output: where measurements go
 * @reason: why the benchmark failed or was skipped; one line
 */
struct bench_context {
	const struct bench_options *options;
	struct output *output;
	char reason[512];
};

/**
 * struct bench - one benchmark; a constant table entry
 * @name: for the command line and the records
 * @summary: one line for --list
 * @needs: BENCH_NEEDS_*
 * @sets: BENCH_SET_*; 0: runs only where named
 * @run: measures; returns a status, with @reason set unless it is a pass
 * @arg: for @run, where several entries share one
 */
struct bench {
	const char *name;
	const char *summary;
	unsigned int needs;
	unsigned int sets;
	enum bench_status (*run)(struct bench_context *context,
				 const struct bench *bench);
	const void *arg;
};

/* The linker gathers the entries' addresses: there is no list to keep. */
#define BENCH(id)                                                              \
	static const struct bench bench_##id;                                  \
	static const struct bench *const bench_##id##_entry                    \
		__attribute__((used, section("brg_bench"))) = &bench_##id;     \
	static const struct bench bench_##id

/**
 * bench_reason - say why, and end with a status
 * @context: keeps the line
 * @status: returned
 */
__attribute__((format(printf, 3, 4))) enum bench_status
bench_reason(struct bench_context *context, enum bench_status status,
	     const char *fmt, ...);

/**
 * bench_status_of - what an error of the library means for a benchmark
 * @err: negative errno
 *
 * Return: BENCH_SKIP for what this machine or kernel cannot do (-EOPNOTSUPP,
 * -ENODEV, -ENOTTY); BENCH_ERROR for rights, memory, and devices that others
 * hold; BENCH_FAIL for the rest.
 */
enum bench_status bench_status_of(int err);

/**
 * bench_has_worked - an error of what was shown to work is none of the machine
 * @err: 0; negative errno of the library, with brg_last_error() set
 *
 * Once a machine has shown that it can do something, not doing it is a failure,
 * whatever the errno.
 *
 * Return: @err; -EPROTO, and the same line, where bench_status_of() has a skip.
 */
int bench_has_worked(int err);

/**
 * bench_end - what a benchmark ends with
 * @context: keeps the line of the error
 * @ret: 0; negative errno of the library, with brg_last_error() set
 *
 * Return: BENCH_PASS, or as bench_status_of().
 */
enum bench_status bench_end(struct bench_context *context, int ret);

/** bench_worse - of two results, the one that the run as a whole has */
enum bench_status bench_worse(enum bench_status a, enum bench_status b);

#endif
