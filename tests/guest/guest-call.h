/* SPDX-License-Identifier: GPL-2.0-only */
/* guest_call - one call in a thread of its own, which others look at meanwhile */
#ifndef GUEST_CALL_H
#define GUEST_CALL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct guest_call - one that was started; it has to outlive a test that fails
 * @ret: what it returned, when it has ended
 * @begin_ns: brg_clock_now_ns() before it
 * @end_ns: and after it
 */
struct guest_call {
	int (*call)(void *arg);
	void *arg;
	pthread_t thread;
	_Atomic pid_t tid;
	bool started;
	int ret;
	uint64_t begin_ns;
	uint64_t end_ns;
	atomic_bool done;
};

/** guest_call_start - begin one; @call is forgotten before */
void guest_call_start(struct guest_call *call, int (*function)(void *arg),
		      void *arg);

/** guest_call_await_asleep - wait, bounded, until it waits for something, or is done */
void guest_call_await_asleep(const struct guest_call *call);

/**
 * guest_call_expect_waiting - it waits, and goes on to
 *
 * It may sleep for something else for a moment, so it is asleep each time that somebody
 * looks, a hundred times.
 */
void guest_call_expect_waiting(const struct guest_call *call);

/** guest_call_is_done - has it returned? */
bool guest_call_is_done(const struct guest_call *call);

/** guest_call_end - wait, bounded; is there no call any more? */
bool guest_call_end(struct guest_call *call);

/** guest_call_join - wait, bounded, for what it returned */
int guest_call_join(struct guest_call *call);

#endif
