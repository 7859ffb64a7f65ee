// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_CONTROL, WAIT_SIGNAL, WAIT_LOG, WAIT_OUT, WAIT_ERR, NR_WAITS };

struct run {
	const struct init_job *job;
	struct vm_stream out;
	struct vm_stream err;
	int signals;
	pid_t command;
	pid_t leak_scan;
	int status;
	bool children;
};

static void handle_control(struct run *run)
{
	char *key, *value;

	init_receive();
	while (vm_record_take(&init_control.received, &key, &value)) {
		if (!strcmp(key, "hang")) {
			init_hang_report();
			init_log_drain(INIT_DRAIN_MS);
			init_send("hung", "%llu",
				  (unsigned long long)init_log_total());
		} else if (!strcmp(key, "size")) {
			init_tty_size(value);
		}
		free(key);
		free(value);
	}
}

static void reap(struct run *run)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	if (read(run->signals, &info, sizeof(info)) < 0)
		return;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == run->command) {
			run->command = 0;
			run->status = status;
			/* Whatever it left behind ends with it. */
			kill(-1, SIGKILL);
		} else if (pid == run->leak_scan) {
			run->leak_scan = 0;
			if (status)
				init_send("error", "kmemleak: %s",
					  strerror(WEXITSTATUS(status)));
		}
	}
	run->children = pid == 0;
}

static void step(struct run *run, int timeout_ms)
{
	struct pollfd pfds[NR_WAITS] = {
		[WAIT_CONTROL] = { .fd = init_control.fd, .events = POLLIN },
		[WAIT_SIGNAL] = { .fd = run->signals, .events = POLLIN },
	};

	init_log_prepare(&pfds[WAIT_LOG]);
	vm_stream_prepare(&run->out, &pfds[WAIT_OUT]);
	vm_stream_prepare(&run->err, &pfds[WAIT_ERR]);
	if (poll(pfds, NR_WAITS, timeout_ms) < 0)
		return;
	if (pfds[WAIT_CONTROL].revents & POLLIN)
		handle_control(run);
	if (pfds[WAIT_SIGNAL].revents)
		reap(run);
	init_log_step(&pfds[WAIT_LOG]);
	vm_stream_step(&run->out, &pfds[WAIT_OUT]);
	vm_stream_step(&run->err, &pfds[WAIT_ERR]);
}

static bool quiet(const struct run *run)
{
	return !run->children && vm_stream_done(&run->out) &&
	       vm_stream_done(&run->err);
}

static void report_exit(struct run *run)
{
	int signal = WIFSIGNALED(run->status) ? WTERMSIG(run->status) : 0;
	int status = signal ? 128 + signal : WEXITSTATUS(run->status);

	sync();
	init_log_drain(INIT_DRAIN_MS);
	init_send("exit", "%d %d %llu %llu %llu", status, signal,
		  (unsigned long long)run->out.total,
		  (unsigned long long)run->err.total,
		  (unsigned long long)init_log_total());
}

static void run_command(struct run *run)
{
	int64_t deadline;

	run->children = true;
	run->command = init_spawn(run->job, &run->out.in, &run->err.in);
	init_send("start", "%d", run->command);
	while (run->command)
		step(run, -1);
	deadline = vm_now_ms() + run->job->patience_s * 1000LL;
	while (!quiet(run) && vm_now_ms() < deadline)
		step(run, 100);
	if (run->children) {
		init_hang_report();
		init_send("stuck", "%d", run->job->patience_s);
	}
	if (run->job->kmemleak) {
		run->leak_scan = init_leak_scan();
		while (run->leak_scan > 0)
			step(run, -1);
	}
	report_exit(run);
}

void init_run(const struct init_job *job)
{
	struct run run = { .job = job };
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	run.signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
	run.out.out = init_port_open(VM_PORT_STDOUT);
	run.err.out = init_port_open(VM_PORT_STDERR);
	run_command(&run);
}
