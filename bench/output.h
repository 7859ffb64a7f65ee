/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * output - where a run's measurements, and what the kernel said, end up
 *
 * Records go to the file that the user named, one line per measurement to
 * stdout (unless that is the file, or KTAP was asked for). A measurement during
 * which the kernel log showed trouble is a failure, whatever it measured.
 */
#ifndef BENCH_OUTPUT_H
#define BENCH_OUTPUT_H

#include <barrage/kmsg.h>
#include <barrage/results.h>

#include "options.h"

/**
 * struct output - of one run
 * @options: of the run
 * @results: records; NULL where none are wanted
 * @kmsg: kernel log, read since the start
 * @kernel_log: what became of it since output_mark()
 * @splat: its first line of trouble
 * @provider: of the options; bdf "" where there is none
 * @disk: of the options; path "" where there is none
 */
struct output {
	const struct bench_options *options;
	struct brg_results *results;
	struct brg_kmsg kmsg;
	enum brg_kernel_log kernel_log;
	char splat[256];
	struct brg_pci provider;
	struct brg_disk disk;
};

/**
 * output_open - look at the devices, start to read the kernel log
 * @output: receives it
 * @options: outlives it
 *
 * Return: 0; -errno with brg_last_error() set. Devices that are not there are
 * left out: who needs them says so.
 */
int output_open(struct output *output, const struct bench_options *options);

/** output_close - close what is open */
void output_close(struct output *output);

/**
 * output_mark - forget what the kernel log has shown so far
 * @output: open
 */
void output_mark(struct output *output);

/**
 * output_kernel_log - what has the kernel log shown since the mark?
 * @output: open; keeps the answer, and the first line of trouble
 */
enum brg_kernel_log output_kernel_log(struct output *output);

/** output_prints - is stdout for people, neither for records nor for KTAP? */
bool output_prints(const struct output *output);

/**
 * output_write - hand a measurement over
 * @output: open
 * @record: seed, devices and the kernel log are filled in; so is the reason
 *	not to trust it, where there is none yet, from the samples' spread
 * @exact: a count, which is for the records alone: it is not printed, and its
 *	spread raises no doubt
 *
 * Return: 0; -EUCLEAN where the kernel log showed trouble: the record has been
 * written as a failure; -errno; with brg_last_error() set.
 */
int output_write(struct output *output, const struct brg_record *record,
		 bool exact);

#endif
