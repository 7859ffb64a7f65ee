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
	unsigned int step = steps ? atomic_load(steps) : 0;
	uint64_t begin_ns = brg_clock_now_ns();
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(what(arg));
	while (brg_clock_now_ns() < begin_ns + limit_s * 1000000000ull) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   -ECHILD;
		if (steps && atomic_load(steps) != step) {
			step = atomic_load(steps);
			begin_ns = brg_clock_now_ns();
		}
		brg_clock_sleep_ns(POLL_NS);
	}
	return -ETIMEDOUT;
}
