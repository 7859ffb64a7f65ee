// SPDX-License-Identifier: GPL-2.0-only
#include "group.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/engine.h"

#define POLL_US 5000

void group_adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* A zombie keeps its number, so that of the group is nobody else's. */
bool group_has_ended(pid_t leader)
{
	siginfo_t info = {};

	return !waitid(P_PID, (id_t)leader, &info,
		       WEXITED | WNOHANG | WNOWAIT) &&
	       info.si_pid == leader;
}

/* Who has a parent in the group is a child of ours as soon as that has ended. */
bool group_kill(pid_t leader, unsigned int limit_ms, int *status)
{
	uint64_t end_ns = engine_now_ns() + limit_ms * 1000000ull;

	kill(-leader, SIGKILL);
	for (;;) {
		int ended_with;
		pid_t pid = waitpid(-leader, &ended_with, WNOHANG);

		if (pid == leader)
			*status = ended_with;
		if (pid > 0 || (pid < 0 && errno == EINTR))
			continue;
		if (pid < 0)
			return true;
		if (engine_now_ns() > end_ns)
			return false;
		usleep(POLL_US);
	}
}
