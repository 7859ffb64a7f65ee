// SPDX-License-Identifier: GPL-2.0-only
#include "guest-call.h"

#include "guest.h"

#include <barrage/clock.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define JOIN_S 60
#define POLL_NS 2000000ull
#define LOOKS 100

static void *run(void *arg)
{
	struct guest_call *call = arg;

	atomic_store(&call->tid, gettid());
	call->begin_ns = brg_clock_now_ns();
	call->ret = call->call(call->arg);
	call->end_ns = brg_clock_now_ns();
	atomic_store(&call->done, true);
	return NULL;
}

void guest_call_start(struct guest_call *call, int (*function)(void *arg),
		      void *arg)
{
	*call = (struct guest_call){ .call = function, .arg = arg };
	assert_int_equal(pthread_create(&call->thread, NULL, run, call), 0);
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

void guest_call_await_asleep(const struct guest_call *call)
{
	const uint64_t end = brg_clock_now_ns() + JOIN_S * 1000000000ull;
	char state;

	do {
		assert_true(brg_clock_left_ms(end) > 0);
		brg_clock_sleep_ns(POLL_NS);
		state = state_of(atomic_load(&call->tid));
	} while (state != 'D' && state != 'S' && !guest_call_is_done(call));
}

void guest_call_expect_waiting(const struct guest_call *call)
{
	for (int i = 0; i < LOOKS; i++) {
		guest_call_await_asleep(call);
		assert_false(guest_call_is_done(call));
	}
}

bool guest_call_is_done(const struct guest_call *call)
{
	return atomic_load(&call->done);
}

bool guest_call_end(struct guest_call *call)
{
	struct timespec end;

	if (!call->started)
		return true;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += JOIN_S;
	if (pthread_timedjoin_np(call->thread, NULL, &end))
		return false;
	call->started = false;
	return true;
}

int guest_call_join(struct guest_call *call)
{
	if (!guest_call_end(call))
		fail_msg("the call does not end");
	return call->ret;
}
