/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu-time - how busy the whole machine was, from /proc/stat
 *
 * Interrupt and softirq time count, wherever they ran: a transfer's completion
 * work is part of its cost and rarely lands on the thread that asked for it.
 *
 * fio's start and end cost as much as a short job, so the whole life of its
 * process is the wrong window. A trace of samples is kept while it lives, and
 * the window that fio reports is cut out of it afterwards.
 */
#ifndef BENCH_CPU_TIME_H
#define BENCH_CPU_TIME_H

#include <stddef.h>

struct cpu_sample {
	double at_s; /* CLOCK_REALTIME */
	double busy_s; /* of all CPUs, since boot */
};

/** struct cpu_trace - samples in the order taken; zeroed is empty */
struct cpu_trace {
	struct cpu_sample *sample;
	size_t nr;
	size_t room;
};

/**
 * cpu_time_parse - busy time from the text of /proc/stat
 * @text: of it
 * @busy_s: receives user, nice, system, irq and softirq time of all CPUs
 *
 * Return: 0; -EBADMSG without a "cpu" line.
 */
int cpu_time_parse(const char *text, double *busy_s);

/** cpu_time_tick_s - what /proc/stat can resolve */
double cpu_time_tick_s(void);

/**
 * cpu_trace_sample - take a sample now
 * @trace: grows
 *
 * Return: 0; -errno.
 */
int cpu_trace_sample(struct cpu_trace *trace);

/**
 * cpu_trace_busy - busy time within a window
 * @trace: samples; between two, time is taken to be used evenly
 * @from_s: CLOCK_REALTIME
 * @to_s: CLOCK_REALTIME
 *
 * Return: seconds of all CPUs; NaN where the trace does not cover the window.
 */
double cpu_trace_busy(const struct cpu_trace *trace, double from_s,
		      double to_s);

/** cpu_trace_free - empty it */
void cpu_trace_free(struct cpu_trace *trace);

#endif
