// SPDX-License-Identifier: GPL-2.0-only
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#include "stop.h"

#define OUT_NAME "stdout"
#define ERR_NAME "stderr"
#define MAX_OUTPUT_BYTES (16u << 20)
#define TERM_LIMIT_MS 10000
#define KILL_LIMIT_MS 10000

static bool same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return len == strcspn(b, "=") && !strncmp(a, b, len);
}

static bool is_replaced(const char *entry, char *const *by)
{
	for (; *by; by++) {
		if (same_name(entry, *by))
			return true;
	}
	return false;
}

/* the environment with @extra in place; the caller frees the list only */
static char **join_environment(char *const *extra)
{
	size_t nr = 0, kept = 0;
	char **list;

	for (char **e = environ; *e; e++)
		nr++;
	for (char *const *e = extra; *e; e++)
		nr++;
	list = calloc(nr + 1, sizeof(*list));
	if (!list)
		return NULL;
	for (char **e = environ; *e; e++) {
		if (!is_replaced(*e, extra))
			list[kept++] = *e;
	}
	for (char *const *e = extra; *e; e++)
		list[kept++] = *e;
	return list;
}

static int spawn(const struct child *child, pid_t *pid)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC;
	char **env = join_environment(child->env);
	posix_spawn_file_actions_t actions;
	int err = ENOMEM;

	if (!env)
		return brg_fail(-ENOMEM, "out of memory");
	if (posix_spawn_file_actions_init(&actions))
		goto free_env;
	err = posix_spawn_file_actions_addchdir_np(&actions, child->folder);
	if (!err)
		err = posix_spawn_file_actions_addopen(
			&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
						       OUT_NAME, flags, 0600);
	if (!err)
		err = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
						       ERR_NAME, flags, 0600);
	if (!err)
		err = posix_spawn(pid, child->argv[0], &actions, NULL,
				  (char *const *)child->argv, env);
	posix_spawn_file_actions_destroy(&actions);
free_env:
	free(env);
	if (err)
		return brg_fail(-err, "%s: cannot start it: %s", child->argv[0],
				strerror(err));
	return 0;
}

/* until it ends: 0, -ETIMEDOUT or -EINTR */
static int watch(const struct child *child, int pidfd)
{
	uint64_t deadline_ns =
		brg_clock_now_ns() + (uint64_t)(child->limit_s * 1e9);
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int step_ms = (int)(child->sample_s * 1e3);
	int ready;

	do {
		cpu_trace_sample(child->trace);
		ready = poll(&poll_fd, 1, step_ms > 0 ? step_ms : 1);
		if (stop_requested())
			return brg_fail(-EINTR, "interrupted");
		if (brg_clock_now_ns() > deadline_ns)
			return brg_fail(-ETIMEDOUT,
					"%s: did not end within %.0f s",
					child->argv[0], child->limit_s);
	} while (ready <= 0);
	cpu_trace_sample(child->trace);
	return 0;
}

/* One that does not even die is stuck in the kernel: it is left behind. */
static int end(const struct child *child, int pidfd, pid_t pid)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	kill(pid, SIGTERM);
	if (poll(&poll_fd, 1, TERM_LIMIT_MS) > 0)
		return 0;
	kill(pid, SIGKILL);
	if (poll(&poll_fd, 1, KILL_LIMIT_MS) > 0)
		return 0;
	return brg_fail(-ETIMEDOUT,
			"%s (pid %d): cannot be killed: see /proc/%d/stack",
			child->argv[0], (int)pid, (int)pid);
}

static int wait_for(struct child *child, pid_t pid)
{
	int pidfd = pidfd_open(pid, 0);
	int ret, stuck = 0, status = 0;

	if (pidfd < 0)
		return brg_fail(-errno, "pidfd_open: %s", strerror(errno));
	ret = watch(child, pidfd);
	if (ret)
		stuck = end(child, pidfd, pid);
	close(pidfd);
	if (stuck)
		return stuck;
	waitpid(pid, &status, 0);
	child->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
					      WEXITSTATUS(status);
	return ret;
}

static char *read_output(const char *folder, const char *name)
{
	size_t len, room = MAX_OUTPUT_BYTES;
	char path[512], *text;
	struct stat stat_buf;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return strdup("");
	if (!fstat(fileno(file), &stat_buf) &&
	    (uint64_t)stat_buf.st_size < room)
		room = (size_t)stat_buf.st_size;
	text = malloc(room + 1);
	len = text ? fread(text, 1, room, file) : 0;
	if (text)
		text[len] = '\0';
	fclose(file);
	return text;
}

int child_run(struct child *child)
{
	pid_t pid;
	int ret = spawn(child, &pid);

	if (ret)
		return ret;
	ret = wait_for(child, pid);
	child->out = read_output(child->folder, OUT_NAME);
	child->err = read_output(child->folder, ERR_NAME);
	if (!child->out || !child->err)
		return brg_fail(-ENOMEM, "out of memory");
	return ret;
}

void child_free(struct child *child)
{
	free(child->out);
	free(child->err);
	child->out = child->err = NULL;
}
