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
#include "record.h"
#include "terminal.h"

#define BOOT_MS 90000
#define DEBUG_BOOT_MS 300000

#define TYPE_END_MS 500

/* A log longer than this is no longer kept in memory to be examined. */
#define LOG_MAX (256u << 20)

enum {
	WAIT_SIGNAL,
	WAIT_CONSOLE,
	WAIT_CONTROL,
	WAIT_LOG,
	WAIT_OUT,
	WAIT_ERR,
	WAIT_KEYS,
	WAIT_SCREEN,
	NR_WAITS,
};

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

static void handle_signal(struct vm_session *session)
{
	struct signalfd_siginfo info;

	if (read(session->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		vm_session_size(session);
	} else if (info.ssi_signo == SIGCHLD) {
		if (session->qemu &&
		    vm_process_ended(session->qemu, &session->qemu_status))
			session->qemu = 0;
	} else {
		session->end = VM_END_SIGNAL;
		session->signal = info.ssi_signo;
	}
}

/* Append what came on a channel; returns it. */
static size_t receive(struct vm_session *session, enum vm_channel channel,
		      struct vm_buf *buf)
{
	char chunk[16384];
	ssize_t n = read(session->fds[channel], chunk, sizeof(chunk));

	if (n > 0 && buf->len < LOG_MAX)
		vm_buf_add(buf, chunk, n);
	return n > 0 ? n : 0;
}

static void receive_log(struct vm_session *session)
{
	size_t before = session->log.len;

	receive(session, VM_CHANNEL_LOG, &session->log);
	if (session->log_file >= 0 && session->log.len > before &&
	    write(session->log_file, session->log.data + before,
		  session->log.len - before) < 0)
		session->log_file = -1;
}

/* The key that ends the machine. */
static void watch_keys(struct vm_session *session)
{
	const struct vm_stream *keys = &session->keys;

	if (memchr(keys->data + keys->start, VM_TERMINAL_ESCAPE,
		   keys->end - keys->start)) {
		session->end = VM_END_SIGNAL;
		session->signal = SIGINT;
	}
}

/*
 * Where stdin is a script that ended, type Ctrl-D until the shell is gone: one
 * is lost if it comes while the shell runs a command.
 */
static void type_end(struct vm_session *session)
{
	static const char end = 'D' & 0x1f;

	if (vm_now_ms() < session->next_end_ms)
		return;
	session->next_end_ms = vm_now_ms() + TYPE_END_MS;
	if (write(session->keys.out, &end, 1) < 0)
		session->next_end_ms += TYPE_END_MS;
}

static void prepare(struct vm_session *session, struct pollfd *pfds)
{
	const int *fds = session->fds;

	pfds[WAIT_SIGNAL] = (struct pollfd){ session->signals, POLLIN, 0 };
	pfds[WAIT_CONSOLE] =
		(struct pollfd){ fds[VM_CHANNEL_CONSOLE], POLLIN, 0 };
	pfds[WAIT_CONTROL] =
		(struct pollfd){ fds[VM_CHANNEL_CONTROL], POLLIN, 0 };
	pfds[WAIT_LOG] = (struct pollfd){ fds[VM_CHANNEL_LOG], POLLIN, 0 };
	vm_stream_prepare(&session->out, &pfds[WAIT_OUT]);
	vm_stream_prepare(&session->err, &pfds[WAIT_ERR]);
	pfds[WAIT_KEYS].fd = -1;
	pfds[WAIT_SCREEN].fd = -1;
	if (session->options->shell) {
		vm_stream_prepare(&session->screen, &pfds[WAIT_SCREEN]);
		/* Before the command is there, nobody would read them. */
		if (session->command_ms)
			vm_stream_prepare(&session->keys, &pfds[WAIT_KEYS]);
	}
}

void vm_session_step(struct vm_session *session, const struct vm_strv *env,
		     int timeout_ms)
{
	struct pollfd pfds[NR_WAITS] = { 0 };

	prepare(session, pfds);
	if (session->options->shell && vm_stream_done(&session->keys)) {
		type_end(session);
		if (timeout_ms < 0 || timeout_ms > TYPE_END_MS)
			timeout_ms = TYPE_END_MS;
	}
	if (poll(pfds, NR_WAITS, timeout_ms) < 0)
		return;
	if (pfds[WAIT_CONSOLE].revents)
		receive(session, VM_CHANNEL_CONSOLE, &session->console);
	if (pfds[WAIT_LOG].revents)
		receive_log(session);
	vm_stream_step(&session->out, &pfds[WAIT_OUT]);
	vm_stream_step(&session->err, &pfds[WAIT_ERR]);
	vm_stream_step(&session->screen, &pfds[WAIT_SCREEN]);
	if (pfds[WAIT_KEYS].fd >= 0) {
		vm_stream_step(&session->keys, &pfds[WAIT_KEYS]);
		watch_keys(session);
	}
	if (pfds[WAIT_CONTROL].revents &&
	    receive(session, VM_CHANNEL_CONTROL, &session->received))
		vm_session_records(session, env);
	if (pfds[WAIT_SIGNAL].revents)
		handle_signal(session);
	if (session->out.error || session->err.error)
		session->end = VM_END_OUTPUT;
}

static bool all_came(const struct vm_session *session)
{
	return session->exit_ms && session->out.total >= session->want_out &&
	       session->err.total >= session->want_err &&
	       session->log.len >= session->want_log;
}

/* QEMU is gone: take what is still in the channels. */
static void drain(struct vm_session *session, const struct vm_strv *env)
{
	int64_t deadline = vm_now_ms() + 2000;

	for (int i = 0; i < 20 && vm_now_ms() < deadline; i++)
		vm_session_step(session, env, 0);
}

static void loop(struct vm_session *session, const struct vm_strv *env)
{
	while (session->end == VM_END_NONE) {
		int64_t left = session->deadline - vm_now_ms();

		if (all_came(session)) {
			session->end = VM_END_EXIT;
		} else if (!session->qemu) {
			drain(session, env);
			if (session->end == VM_END_NONE)
				session->end = session->exit_ms ? VM_END_EXIT :
								  VM_END_DIED;
		} else if (session->deadline && left <= 0) {
			if (session->exit_ms)
				session->end = VM_END_EXIT;
			else if (!session->hello_ms)
				session->end = VM_END_BOOT_TIMEOUT;
			else
				session->end = VM_END_TIMEOUT;
		} else {
			vm_session_step(session, env,
					session->deadline ? left : -1);
		}
	}
}

static int boot_limit_ms(const struct vm_options *options,
			 const struct vm_machine *machine)
{
	if (options->boot_timeout_s)
		return options->boot_timeout_s * 1000;
	return strcmp(machine->kernel->flavour, "debug") ? BOOT_MS :
							   DEBUG_BOOT_MS;
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
	session->qemu = vm_process_start(&argv, machine->fds, VM_NR_CHANNELS,
					 qemu_log);
	close_all(machine->fds);
	vm_strv_free(&argv);
	if (session->qemu < 0) {
		ret = session->qemu;
		session->qemu = 0;
		return ret;
	}
	if (options->shell)
		vm_terminal_raw(&terminal);
	loop(session, env);
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
	vm_buf_free(&session->console);
	vm_buf_free(&session->log);
	vm_strv_free(&session->tasks);
	free(session->kernel);
	free(session->error);
}
