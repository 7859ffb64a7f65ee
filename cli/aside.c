// SPDX-License-Identifier: GPL-2.0-only
#include "aside.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrage/clock.h>

#define POLL_NS 5000000ull

int aside_run(int (*what)(void *arg), void *arg, unsigned int limit_s,
	      const _Atomic unsigned int *steps)
{
	return aside_run_watched(what, arg, limit_s, steps, NULL, NULL);
}

int aside_run_watched(int (*what)(void *arg), void *arg, unsigned int limit_s,
		      const _Atomic unsigned int *steps,
		      const struct aside_watch *watch, pid_t *left)
{
	unsigned int step = steps ? atomic_load(steps) : 0;
	uint64_t begin_ns = brg_clock_now_ns();
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		if (left)
			setpgid(0, 0);
		_exit(what(arg));
	}
	/* both do it: whoever comes first */
	if (left)
		setpgid(pid, pid);
	while (brg_clock_now_ns() < begin_ns + limit_s * 1000000000ull) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   -ECHILD;
		if (steps && atomic_load(steps) != step) {
			step = atomic_load(steps);
			begin_ns = brg_clock_now_ns();
		}
		if (watch && watch->is_stuck(pid, watch->arg))
			break;
		brg_clock_sleep_ns(POLL_NS);
	}
	if (left)
		*left = pid;
	return -ETIMEDOUT;
}
