// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include <barrage/clock.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t brg_clock_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t brg_clock_cpu_ns(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

enum brg_clock_kind brg_clock_kind(void)
{
	const char *name = getenv("BARRAGE_CLOCK");

	return name && !strcmp(name, "icount") ? BRG_CLOCK_ICOUNT :
						 BRG_CLOCK_WALL;
}

const char *brg_clock_kind_name(enum brg_clock_kind kind)
{
	return kind == BRG_CLOCK_ICOUNT ? "icount" : "wall";
}

void brg_clock_sleep_ns(uint64_t ns)
{
	uint64_t end = brg_clock_now_ns() + ns;
	struct timespec ts = {
		.tv_sec = (time_t)(end / NS_PER_S),
		.tv_nsec = (long)(end % NS_PER_S),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	       EINTR)
		;
}

int brg_clock_left_ms(uint64_t deadline_ns)
{
	uint64_t now = brg_clock_now_ns();
	uint64_t left_ms;

	if (now >= deadline_ns)
		return 0;
	left_ms = (deadline_ns - now + NS_PER_MS - 1) / NS_PER_MS;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}
