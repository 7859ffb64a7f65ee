// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "process.h"
#include "terminal.h"

#define BOOT_MS 90000
#define DEBUG_BOOT_MS 300000

static int open_channels(struct vm_session *session, struct vm_machine *machine)
{
	for (int i = 0; i < VM_NR_CHANNELS; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
			return -errno;
		session->fds[i] = pair[0];
		machine->fds[i] = pair[1];
		fcntl(pair[0], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static void close_all(int *fds)
{
	for (int i = 0; i < VM_NR_CHANNELS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int boot_limit_ms(const struct vm_options *options,
			 const struct vm_machine *machine)
{
	if (options->boot_timeout_s)
		return options->boot_timeout_s * 1000;
	return vm_kernel_has_checkers(machine->kernel) ? DEBUG_BOOT_MS :
							 BOOT_MS;
}

static void connect_streams(struct vm_session *session)
{
	session->out.in = session->fds[VM_CHANNEL_STDOUT];
	session->out.out = STDOUT_FILENO;
	session->err.in = session->fds[VM_CHANNEL_STDERR];
	session->err.out = STDERR_FILENO;
	session->keys.in = STDIN_FILENO;
	session->keys.out = session->fds[VM_CHANNEL_TTY];
	session->screen.in = session->fds[VM_CHANNEL_TTY];
	session->screen.out = STDOUT_FILENO;
}

int vm_session_run(const struct vm_options *options, struct vm_machine *machine,
		   const struct vm_strv *env, int qemu_log, int log_file,
		   struct vm_session *session)
{
	struct vm_terminal terminal = { 0 };
	struct vm_strv argv = { 0 };
	int ret;

	*session = (struct vm_session){
		.options = options,
		.machine = machine,
		.log_file = log_file,
		.start_ms = vm_now_ms(),
		.signals = -1,
	};
	memset(session->fds, -1, sizeof(session->fds));
	memset(machine->fds, -1, sizeof(machine->fds));
	ret = open_channels(session, machine);
	if (ret)
		return ret;
	session->signals = open_signals();
	connect_streams(session);
	vm_machine_argv(machine, &argv);
	session->deadline = session->start_ms + boot_limit_ms(options, machine);
	session->qemu =
		vm_process_start(&argv, machine->fds, VM_NR_CHANNELS, qemu_log);
	close_all(machine->fds);
	vm_strv_free(&argv);
	if (session->qemu < 0) {
		ret = session->qemu;
		session->qemu = 0;
		return ret;
	}
	if (options->shell)
		vm_terminal_raw(&terminal);
	vm_session_loop(session, env);
	vm_terminal_restore(&terminal);
	if (session->end == VM_END_TIMEOUT ||
	    session->end == VM_END_BOOT_TIMEOUT)
		vm_session_stacks(session);
	if (session->qemu)
		vm_process_stop(session->qemu);
	session->qemu = 0;
	return 0;
}

void vm_session_free(struct vm_session *session)
{
	close_all(session->fds);
	if (session->signals >= 0)
		close(session->signals);
	vm_buf_free(&session->received);
	vm_buf_free(&session->asked);
	vm_kept_free(&session->kept);
	vm_hold_free(&session->hold);
	vm_buf_free(&session->console);
	vm_buf_free(&session->log);
	vm_strv_free(&session->tasks);
	free(session->kernel);
	free(session->error);
}
