// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "qmp.h"
#include "record.h"

/* What each way of asking gets. */
#define INIT_MS 6000
#define CONSOLE_MS 4000
#define NMI_MS 3000

/* After the last of it came. */
#define SILENCE_MS 700

static const struct vm_strv no_env;

/* Let the machine talk until it has nothing more to say. */
static void collect(struct vm_session *session, int limit_ms)
{
	int64_t last = vm_now_ms(), deadline = last + limit_ms;
	size_t before = session->console.len + session->log.len;

	while (session->qemu && vm_now_ms() < deadline &&
	       vm_now_ms() < last + SILENCE_MS) {
		size_t now;

		vm_session_step(session, &no_env, 100);
		now = session->console.len + session->log.len;
		if (now != before)
			last = vm_now_ms();
		before = now;
	}
}

/* The best answer, with the names of tasks, as long as init still runs. */
static bool ask_init(struct vm_session *session)
{
	int64_t deadline = vm_now_ms() + INIT_MS;
	struct vm_buf buf = { 0 };

	if (!session->hello_ms)
		return false;
	session->want_log = 0;
	vm_record_add(&buf, "hang", "%s", "");
	if (send(session->fds[VM_CHANNEL_CONTROL], buf.data, buf.len,
		 MSG_NOSIGNAL) < 0)
		deadline = 0;
	vm_buf_free(&buf);
	while (session->qemu && vm_now_ms() < deadline) {
		vm_session_step(session, &no_env, 100);
		if (session->want_log && session->log.len >= session->want_log)
			return true;
	}
	return false;
}

/* The line echoes what is sent, so that something came proves nothing. */
static bool has_stacks(const struct vm_session *session)
{
	return session->console.len > session->hang_mark &&
	       strstr(session->console.data + session->hang_mark,
		      "Call Trace:");
}

/*
 * Sysrq over the serial line: needs interrupts and MAGIC_SYSRQ_SERIAL in the
 * kernel, but no user space. 8 lets the answer through to the line.
 */
static bool ask_console(struct vm_session *session)
{
	static const char keys[] = { '8', 't', 'l' };

	for (size_t i = 0; i < VM_ARRAY_SIZE(keys); i++) {
		json_t *id = json_pack("{s:s}", "id", "console");

		if (vm_qmp_run(session->fds[VM_CHANNEL_QMP],
			       "chardev-send-break", id))
			return false;
		if (send(session->fds[VM_CHANNEL_CONSOLE], &keys[i], 1,
			 MSG_NOSIGNAL) < 0)
			return false;
		collect(session, CONSOLE_MS);
		if (keys[i] == 't' && !has_stacks(session))
			return false;
	}
	return true;
}

void vm_session_stacks(struct vm_session *session)
{
	session->hang_mark = session->log.len;
	if (ask_init(session))
		return;
	session->hang_mark = session->console.len;
	session->want_log = 0;
	if (ask_console(session))
		return;
	/* Even a processor that ignores interrupts takes this one. */
	vm_qmp_run(session->fds[VM_CHANNEL_QMP], "inject-nmi", NULL);
	collect(session, NMI_MS);
}
