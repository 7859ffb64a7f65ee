/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options - the command line of barrage-bench
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <barrage/mem.h>
#include <barrage/pci.h>

#define BENCH_MAX_ARMS 8

/**
 * struct bench_options - what to run, on what
 * @names: names or globs of benchmarks; NULL-terminated, none: the default set
 * @device: provider; "" where none is known
 * @take: it may be taken from the driver that has it
 * @importer: device that imports dma-bufs; "" where none is known
 * @peer: disk; NULL where none is known
 * @arms: kinds of memory to compare
 * @runtime_s: of each arm in each round, where a benchmark runs by time
 * @rdma: RDMA device; NULL: the first one that takes the provider's memory
 * @output: file of records; NULL: none, "-": stdout in place of the table
 */
struct bench_options {
	char *const *names;
	bool list;
	bool tap;
	bool icount;
	bool take;
	char device[BRG_PCI_BDF_BYTES];
	unsigned int bar;
	char importer[BRG_PCI_BDF_BYTES];
	const char *peer;
	const struct brg_mem_ops *arms[BENCH_MAX_ARMS];
	unsigned int nr_arms;
	unsigned int rounds;
	double runtime_s;
	uint64_t seed;
	const char *output;
	const char *rdma;
	const char *fio;
	const char *engine;
	const char *jobs;
};

/**
 * options_parse - read the command line and the environment
 * @argc: of main()
 * @argv: of main()
 * @options: receives everything, defaults included
 *
 * Ends the program: status 0 for --help, 99 for wrong use, with a line that
 * says what is wrong.
 */
void options_parse(int argc, char **argv, struct bench_options *options);

#endif
