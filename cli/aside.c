// SPDX-License-Identifier: GPL-2.0-only
#include "aside.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrage/clock.h>

#define POLL_NS 5000000ull

int aside_run(int (*what)(void *arg), void *arg, unsigned int limit_s)
{
	uint64_t end_ns = brg_clock_now_ns() + limit_s * 1000000000ull;
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(what(arg));
	while (brg_clock_now_ns() < end_ns) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   -ECHILD;
		brg_clock_sleep_ns(POLL_NS);
	}
	return -ETIMEDOUT;
}
