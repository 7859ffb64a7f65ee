// SPDX-License-Identifier: GPL-2.0-only
#include "children.h"

#include "guest.h"

#include <barrage/clock.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_CHILDREN 64
#define PATIENCE_MS 60000
#define POLL_NS 1000000ull
#define FAILED 70

static pid_t children[MAX_CHILDREN];
static size_t nr_children;
static bool is_child;

pid_t child_start(void)
{
	const pid_t parent = getpid();
	pid_t pid;

	assert_true(nr_children < MAX_CHILDREN);
	pid = fork();
	if (pid < 0)
		fail_msg("fork: %s", strerror(errno));
	if (pid) {
		children[nr_children++] = pid;
		return pid;
	}
	is_child = true;
	nr_children = 0;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(FAILED);
	return 0;
}

static void forget(pid_t pid)
{
	size_t i;

	for (i = 0; i < nr_children; i++)
		if (children[i] == pid)
			children[i] = children[--nr_children];
}

/* bounded: has it ended? */
static bool reap(pid_t pid, int *status)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_MS * 1000000ull;
	pid_t gone;

	while (!(gone = waitpid(pid, status, WNOHANG)) &&
	       brg_clock_left_ms(end))
		brg_clock_sleep_ns(POLL_NS);
	if (gone == pid)
		forget(pid);
	return gone == pid;
}

char child_await(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char byte = 0;

	if (poll(&wait, 1, PATIENCE_MS) != 1)
		fail_msg("the child says nothing within %d s",
			 PATIENCE_MS / 1000);
	if (read(fd, &byte, 1) != 1)
		fail_msg("the child ended before it was ready");
	return byte;
}

int child_wait(pid_t pid)
{
	int status = -1;

	if (!reap(pid, &status))
		fail_msg("the child does not end within %d s",
			 PATIENCE_MS / 1000);
	return status;
}

void child_kill(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	status = child_wait(pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("the child had ended by itself: status %#x", status);
}

int children_end(void)
{
	int nr = 0, status;
	size_t i;

	/* here an assertion failed: what comes next is its parent's */
	if (is_child)
		_exit(FAILED);
	for (i = nr_children; i--;)
		/* the test may have waited for it */
		if (waitpid(children[i], &status, WNOHANG))
			forget(children[i]);
	/* all before any is waited for: they may wait for each other */
	for (i = 0; i < nr_children; i++)
		kill(children[i], SIGKILL);
	while (nr_children) {
		nr++;
		if (!reap(children[nr_children - 1], &status))
			nr_children--;
	}
	return nr;
}
