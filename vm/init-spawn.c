// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define TTY "/dev/hvc0"
#define TTY_WAIT_MS 10000

static void use_tty(void)
{
	int fd = open(TTY, O_RDWR);

	if (fd < 0 || ioctl(fd, TIOCSCTTY, 1)) {
		init_send("note", TTY ": %s", strerror(errno));
		_exit(127);
	}
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void use_pipes(int out, int err)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
}

static void __attribute__((noreturn))
child(const struct init_job *job, int out, int err)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (job->tty)
		use_tty();
	else
		use_pipes(out, err);
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	if (job->cwd && chdir(job->cwd))
		dprintf(STDERR_FILENO,
			"barrage-vm: no folder %s in the machine, using /\n",
			job->cwd);
	execvp(job->args.v[0], job->args.v);
	dprintf(STDERR_FILENO, "barrage-vm: cannot run '%s': %s\n",
		job->args.v[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

int init_spawn(const struct init_job *job, int *out, int *err)
{
	int outs[2] = { -1, -1 }, errs[2] = { -1, -1 };
	pid_t pid;

	if (job->tty && init_wait_path(TTY, TTY_WAIT_MS))
		init_die(
			TTY
			" is not there: the kernel needs CONFIG_VIRTIO_CONSOLE");
	if (!job->tty && (pipe2(outs, O_CLOEXEC) || pipe2(errs, O_CLOEXEC)))
		init_die("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		init_die("fork: %s", strerror(errno));
	if (!pid)
		child(job, outs[1], errs[1]);
	if (!job->tty) {
		close(outs[1]);
		close(errs[1]);
	}
	*out = outs[0];
	*err = errs[0];
	return pid;
}

void init_tty_size(const char *rows_columns)
{
	/* Stays open: the last close would forget the size. */
	static int fd = -1;
	struct winsize size = { 0 };

	if (sscanf(rows_columns, "%hu %hu", &size.ws_row, &size.ws_col) != 2 ||
	    init_wait_path(TTY, TTY_WAIT_MS))
		return;
	if (fd < 0)
		fd = open(TTY, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		ioctl(fd, TIOCSWINSZ, &size);
}
