// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <time.h>
#include <unistd.h>

#define BUSY_US 50

uint64_t engine_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

void engine_pause_us(uint32_t us)
{
	uint64_t end_ns = engine_now_ns() + us * 1000ull;

	if (us >= BUSY_US)
		usleep(us);
	while (engine_now_ns() < end_ns)
		;
}
