// SPDX-License-Identifier: GPL-2.0-only
#include "progress.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <barrage/clock.h>

static struct {
	unsigned int nr_steps;
	unsigned int step;
	uint64_t start_ns;
} progress;

void progress_start(unsigned int nr_steps)
{
	progress.nr_steps = nr_steps;
	progress.step = 0;
	progress.start_ns = brg_clock_now_ns();
}

/* as long a step as those so far; unknown before the first is done */
static void show_left(void)
{
	double gone_s = (double)(brg_clock_now_ns() - progress.start_ns) / 1e9;
	unsigned int done = progress.step - 1;

	if (done && brg_clock_kind() == BRG_CLOCK_WALL)
		fprintf(stderr, " (%.0f s left)",
			gone_s / done * (progress.nr_steps - done));
}

void progress_step(const char *fmt, ...)
{
	va_list args;

	if (progress.step < progress.nr_steps)
		progress.step++;
	fprintf(stderr, "barrage-bench: [%u/%u] ", progress.step,
		progress.nr_steps);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	show_left();
	fputc('\n', stderr);
}
