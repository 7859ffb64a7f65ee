// SPDX-License-Identifier: GPL-2.0-only
#include "tsc.h"

#include <stdbool.h>
#include <time.h>

/* One part in so many: a hundredth of what the kernel itself puts up with. */
#define PRECISION 10000

#define MEASUREMENTS 3
#define INTERVAL_NS 20000000

/* Of so many readings the one that took least is taken for the moment. */
#define READINGS 100

#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull

uint32_t vm_tsc_rate(const struct vm_tsc_sample *begin,
		     const struct vm_tsc_sample *end)
{
	uint64_t unsure =
		end->after - end->before + begin->after - begin->before;
	uint64_t ticks = end->before - begin->before;
	uint64_t ns = end->ns - begin->ns;

	if (end->before <= begin->after || end->ns <= begin->ns ||
	    unsure > ticks / PRECISION || ticks > UINT64_MAX / NS_PER_MS ||
	    ticks * NS_PER_MS / ns > UINT32_MAX)
		return 0;
	return (uint32_t)(ticks * NS_PER_MS / ns);
}

uint32_t vm_tsc_agreed(const uint32_t *khz, int n)
{
	uint32_t least = khz[0], most = khz[0];

	for (int i = 1; i < n; i++) {
		least = khz[i] < least ? khz[i] : least;
		most = khz[i] > most ? khz[i] : most;
	}
	return most - least > least / PRECISION ? 0 : khz[n - 1];
}

#ifdef __x86_64__
#include <cpuid.h>
#include <x86intrin.h>

#define LEAF_POWER 0x80000007
#define INVARIANT_TSC (1u << 8)

static bool is_invariant(void)
{
	unsigned int eax, ebx, ecx, edx;

	return __get_cpuid(LEAF_POWER, &eax, &ebx, &ecx, &edx) &&
	       edx & INVARIANT_TSC;
}

static void read_once(struct vm_tsc_sample *sample)
{
	struct timespec ts;

	_mm_lfence();
	sample->before = __rdtsc();
	_mm_lfence();
	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	_mm_lfence();
	sample->after = __rdtsc();
	_mm_lfence();
	sample->ns = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void take(struct vm_tsc_sample *best)
{
	read_once(best);
	for (int i = 1; i < READINGS; i++) {
		struct vm_tsc_sample sample;

		read_once(&sample);
		if (sample.after - sample.before < best->after - best->before)
			*best = sample;
	}
}

uint32_t vm_tsc_host_khz(void)
{
	const struct timespec interval = { .tv_nsec = INTERVAL_NS };
	uint32_t khz[MEASUREMENTS];
	struct vm_tsc_sample begin, end;

	if (!is_invariant())
		return 0;
	take(&begin);
	for (int i = 0; i < MEASUREMENTS; i++) {
		nanosleep(&interval, NULL);
		take(&end);
		khz[i] = vm_tsc_rate(&begin, &end);
		begin = end;
	}
	return vm_tsc_agreed(khz, MEASUREMENTS);
}
#else
uint32_t vm_tsc_host_khz(void)
{
	return 0;
}
#endif
