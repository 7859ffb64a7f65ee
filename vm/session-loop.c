// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lost.h"
#include "process.h"
#include "terminal.h"

/* How often a shell whose input ended is told so. */
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
	WAIT_HOST,
	WAIT_KEYS,
	WAIT_SCREEN,
	NR_WAITS,
};

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
	pfds[WAIT_HOST] = (struct pollfd){ fds[VM_CHANNEL_HOST], POLLIN, 0 };
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
	if (pfds[WAIT_HOST].revents &&
	    receive(session, VM_CHANNEL_HOST, &session->asked))
		vm_session_requests(session);
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

/* Nothing more will be sent: take what is still in the channels. */
static void drain(struct vm_session *session, const struct vm_strv *env)
{
	int64_t deadline = vm_now_ms() + 2000;

	for (int i = 0; i < 20 && vm_now_ms() < deadline; i++)
		vm_session_step(session, env, 0);
}

/* Emulated processors that run side by side lose writes, see lapic.h and vtd.h. */
static bool may_lose(const struct vm_session *session)
{
	return !session->machine->kvm && !session->machine->icount &&
	       session->machine->topology->cpus > 1 &&
	       !session->options->shell && session->command_ms &&
	       !session->exit_ms;
}

/* Only Intel's is emulated with a queue that has been seen to lose something. */
static bool has_vtd(const struct vm_session *session)
{
	const json_t *iommu = session->machine->topology->iommu;
	const char *driver =
		json_string_value(json_object_get(iommu, "driver"));

	return driver && !strcmp(driver, "intel-iommu");
}

static void watch_writes(struct vm_session *session)
{
	int64_t now = vm_now_ms();

	if (!may_lose(session) || now < session->next_look_ms)
		return;
	session->next_look_ms = now + VM_LOST_LOOK_MS;
	session->lost_vector = vm_lapic_watch(
		&session->lapic, session->fds[VM_CHANNEL_QMP],
		session->machine->topology->cpus, &session->lost_cpu);
	if (session->lost_vector)
		session->end = VM_END_LOST;
	else if (has_vtd(session) &&
		 vm_vtd_watch(&session->vtd, session->fds[VM_CHANNEL_QMP]))
		session->end = VM_END_LOST_TAIL;
}

/* A disk that holds on for ever would be the machine's failure, not the kernel's. */
static void let_go(struct vm_session *session)
{
	int ret;

	if (vm_hold_left_ms(&session->hold, vm_now_ms()))
		return;
	ret = vm_hold_end(&session->hold, session->fds[VM_CHANNEL_QMP]);
	/* where QEMU is gone, its end says more */
	if (!ret || ret == -EPIPE)
		return;
	session->end = VM_END_ERROR;
	free(session->error);
	session->error =
		vm_strf("QEMU does not let go of a disk: %s", strerror(-ret));
}

/* the shorter of two, of which below 0 is for ever */
static int64_t sooner(int64_t one, int64_t other)
{
	if (one < 0 || other < 0)
		return one < 0 ? other : one;
	return one < other ? one : other;
}

/* How long the next step may take. */
static int patience_ms(const struct vm_session *session)
{
	int64_t now = vm_now_ms();
	int64_t ms = session->deadline ? session->deadline - now : -1;
	int64_t look = session->next_look_ms - now;

	ms = sooner(ms, vm_hold_left_ms(&session->hold, now));
	if (!may_lose(session))
		return (int)ms;
	return (int)sooner(ms, look < 0 ? 0 : look);
}

void vm_session_loop(struct vm_session *session, const struct vm_strv *env)
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
			vm_session_step(session, env, patience_ms(session));
			if (session->end == VM_END_NONE && session->qemu)
				watch_writes(session);
			if (session->end == VM_END_NONE && session->qemu)
				let_go(session);
		}
	}
	if (session->end == VM_END_ERROR)
		drain(session, env);
}
