// SPDX-License-Identifier: GPL-2.0-only
/* One call at a time in a thread, which others look at meanwhile */
#include "importer.h"

#include <barrage/clock.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define JOIN_NS (60000 * IMPORTER_MS)
#define POLL_NS (2 * IMPORTER_MS)

static void *run_call(void *arg)
{
	struct importer_call *call = arg;

	atomic_store(&call->tid, gettid());
	call->begin_ns = brg_clock_now_ns();
	call->ret = call->call(call->arg);
	call->end_ns = brg_clock_now_ns();
	atomic_store(&call->done, true);
	return NULL;
}

void importer_start(int (*function)(void *arg), void *arg)
{
	struct importer_call **last = &importer_get()->call;
	struct importer_call *call = calloc(1, sizeof(*call));

	assert_non_null(call);
	assert_true(!*last || !(*last)->started);
	free(*last);
	*last = call;
	call->call = function;
	call->arg = arg;
	assert_int_equal(pthread_create(&call->thread, NULL, run_call, call),
			 0);
	call->started = true;
}

/* of /proc/self/task/TID/stat; 0 where it cannot be read */
static char state_of(pid_t tid)
{
	char line[512], *end;
	ssize_t len;
	int fd;

	snprintf(line, sizeof(line), "/proc/self/task/%d/stat", tid);
	fd = open(line, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	len = read(fd, line, sizeof(line) - 1);
	close(fd);
	line[len < 0 ? 0 : len] = '\0';
	end = strrchr(line, ')');
	return end && end[1] ? end[2] : 0;
}

void importer_await_asleep(void)
{
	const uint64_t end = brg_clock_now_ns() + JOIN_NS;
	char state;

	do {
		assert_true(brg_clock_left_ms(end) > 0);
		brg_clock_sleep_ns(POLL_NS);
		state = state_of(atomic_load(&importer_get()->call->tid));
	} while (state != 'D' && state != 'S');
}

bool importer_is_done(void)
{
	return atomic_load(&importer_get()->call->done);
}

bool importer_end_call(void)
{
	struct importer_call *call = importer_get()->call;
	struct timespec end;

	if (!call || !call->started)
		return true;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += JOIN_NS / 1000000000;
	if (pthread_timedjoin_np(call->thread, NULL, &end))
		return false;
	call->started = false;
	return true;
}

int importer_join(void)
{
	if (!importer_end_call())
		fail_msg("the call does not end");
	return importer_get()->call->ret;
}

uint64_t importer_took_ms(void)
{
	return (importer_get()->call->end_ns - importer_get()->call->begin_ns) /
	       IMPORTER_MS;
}
