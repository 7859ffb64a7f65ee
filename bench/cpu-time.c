// SPDX-License-Identifier: GPL-2.0-only
#include "cpu-time.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double cpu_time_tick_s(void)
{
	return 1.0 / (double)sysconf(_SC_CLK_TCK);
}

int cpu_time_parse(const char *text, double *busy_s)
{
	uint64_t user, nice, system, idle, iowait, irq, softirq;

	if (strncmp(text, "cpu ", 4) ||
	    sscanf(text + 4,
		   "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64,
		   &user, &nice, &system, &idle, &iowait, &irq, &softirq) != 7)
		return -EBADMSG;
	*busy_s = (double)(user + nice + system + irq + softirq) *
		  cpu_time_tick_s();
	return 0;
}

static int read_busy(double *busy_s)
{
	int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	char text[512];
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len < 0)
		return -EIO;
	text[len] = '\0';
	return cpu_time_parse(text, busy_s);
}

static int make_room(struct cpu_trace *trace)
{
	size_t room = trace->room ? 2 * trace->room : 128;
	struct cpu_sample *grown;

	if (trace->nr < trace->room)
		return 0;
	grown = reallocarray(trace->sample, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	trace->sample = grown;
	trace->room = room;
	return 0;
}

int cpu_trace_sample(struct cpu_trace *trace)
{
	struct cpu_sample sample;
	struct timespec now;
	int ret = make_room(trace);

	if (!ret)
		ret = read_busy(&sample.busy_s);
	if (ret)
		return ret;
	clock_gettime(CLOCK_REALTIME, &now);
	sample.at_s = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	trace->sample[trace->nr++] = sample;
	return 0;
}

/* busy time at a moment, on the line between its neighbours */
static double busy_at(const struct cpu_trace *trace, double at_s)
{
	for (size_t i = 1; i < trace->nr; i++) {
		const struct cpu_sample *a = &trace->sample[i - 1];
		const struct cpu_sample *b = &trace->sample[i];

		if (at_s < a->at_s || at_s > b->at_s || a->at_s == b->at_s)
			continue;
		return a->busy_s + (b->busy_s - a->busy_s) * (at_s - a->at_s) /
					   (b->at_s - a->at_s);
	}
	return NAN;
}

double cpu_trace_busy(const struct cpu_trace *trace, double from_s, double to_s)
{
	return busy_at(trace, to_s) - busy_at(trace, from_s);
}

void cpu_trace_free(struct cpu_trace *trace)
{
	free(trace->sample);
	*trace = (struct cpu_trace){};
}
