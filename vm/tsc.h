/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast the host's time stamp counter counts.
 *
 * In software emulation the machine's counter is the host's: QEMU's rdtsc reads
 * it (cpu_get_host_ticks()). The machine's kernel has to find out its rate with
 * timers that are emulated, and on a busy host it was seen to be wrong by a
 * factor of 7. It need not where it is told, with tsc_early_khz=.
 *
 * Where instructions are counted the counter is the count, 1 ns each, and so are
 * those timers: nothing is to be told there.
 */
#ifndef VM_TSC_H
#define VM_TSC_H

#include <stdint.h>

/**
 * struct vm_tsc_sample - one moment, by both clocks
 * @before: the counter, before the clock was read
 * @after: the counter, after that
 * @ns: the clock
 */
struct vm_tsc_sample {
	uint64_t before;
	uint64_t after;
	uint64_t ns;
};

/**
 * vm_tsc_rate() - the rate between two moments
 * @begin: the first
 * @end: the second
 *
 * Return: in kHz; 0 where it could be off by more than 1 in 10,000, because
 * something came between the readings of one moment.
 */
uint32_t vm_tsc_rate(const struct vm_tsc_sample *begin,
		     const struct vm_tsc_sample *end);

/**
 * vm_tsc_agreed() - what several measurements say together
 * @khz: their results
 * @n: how many, at least 1
 *
 * Return: one of them; 0 where they differ by more than 1 in 10,000, or where
 * one of them is 0.
 */
uint32_t vm_tsc_agreed(const uint32_t *khz, int n);

/**
 * vm_tsc_host_khz() - measure the host's counter
 *
 * Against CLOCK_MONOTONIC_RAW. Blocks, 60 ms on an idle host, and for as long as
 * a busy one lets this process wait.
 *
 * Return: in kHz; 0 where it is not known for certain: another architecture, a
 * counter whose rate may change, or a host that is too busy to tell.
 */
uint32_t vm_tsc_host_khz(void);

#endif
