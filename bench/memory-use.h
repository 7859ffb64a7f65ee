/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory-use - how much memory the kernel has taken for itself
 */
#ifndef BENCH_MEMORY_USE_H
#define BENCH_MEMORY_USE_H

/**
 * struct memory_use - at one moment, in bytes
 * @memmap: struct pages, all of the machine
 * @free: free memory, pages that CPUs keep at hand included: what was taken for
 *	anything at all is missing here
 */
struct memory_use {
	double memmap;
	double free;
};

/**
 * memory_use_parse - add up the counters
 * @vmstat: text of /proc/vmstat
 * @zoneinfo: text of /proc/zoneinfo
 * @use: receives them; untouched on failure
 *
 * Return: 0; -EOPNOTSUPP where a counter is missing, with brg_last_error() set.
 */
int memory_use_parse(const char *vmstat, const char *zoneinfo,
		     struct memory_use *use);

/**
 * memory_use_read - read them now
 * @use: receives them
 *
 * The counters that each CPU keeps are folded in first, which needs root.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int memory_use_read(struct memory_use *use);

#endif
