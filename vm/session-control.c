// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"
#include "terminal.h"

/* For finding the devices, a disk among them, after user space is there. */
#define READY_MS 60000

/* The command ended: for the rest of its output to come through. */
#define REST_MS 10000

static void send_all(int fd, const struct vm_buf *buf)
{
	size_t sent = 0;

	while (sent < buf->len) {
		struct pollfd pfd = { .fd = fd, .events = POLLOUT };
		ssize_t n = write(fd, buf->data + sent, buf->len - sent);

		if (n > 0)
			sent += n;
		else if (errno != EAGAIN || poll(&pfd, 1, REST_MS) <= 0)
			return;
	}
}

static void add_size(struct vm_buf *buf)
{
	int rows, columns;

	if (vm_terminal_size(&rows, &columns))
		vm_record_add(buf, "size", "%d %d", rows, columns);
}

void vm_session_size(struct vm_session *session)
{
	struct vm_buf buf = { 0 };

	add_size(&buf);
	if (buf.len && session->hello_ms)
		send_all(session->fds[VM_CHANNEL_CONTROL], &buf);
	vm_buf_free(&buf);
}

static void add_devices(const struct vm_topology *topology, struct vm_buf *buf)
{
	for (size_t i = 0; i < topology->nr_devices; i++) {
		const struct vm_device *dev = &topology->devices[i];
		char *path = vm_topology_pci_path(topology, dev);

		if (dev->disk_mb)
			vm_record_add(buf, "device", "%s disk %s", dev->role,
				      path);
		else if (dev->bar >= 0)
			vm_record_add(buf, "device", "%s %d %s", dev->role,
				      dev->bar, path);
		else
			vm_record_add(buf, "device", "%s - %s", dev->role,
				      path);
		if (dev->capability)
			vm_record_add(buf, "capability", "%s %s",
				      dev->capability, path);
		free(path);
	}
}

static void add_command(const struct vm_options *options, struct vm_buf *buf)
{
	static const char *const shell[] = { "/bin/bash", "--norc", "-i" };

	if (options->shell) {
		vm_record_add(buf, "tty", "1");
		add_size(buf);
	}
	for (char **argv = options->command; *argv; argv++)
		vm_record_add(buf, "arg", "%s", *argv);
	for (size_t i = 0; !*options->command && i < VM_ARRAY_SIZE(shell); i++)
		vm_record_add(buf, "arg", "%s", shell[i]);
}

static void send_job(struct vm_session *session, const struct vm_strv *env)
{
	char *cwd = getcwd(NULL, 0);
	struct vm_buf buf = { 0 };

	add_command(session->options, &buf);
	add_devices(session->machine->topology, &buf);
	for (size_t i = 0; i < env->n; i++)
		vm_record_add(&buf, "env", "%s", env->v[i]);
	if (cwd)
		vm_record_add(&buf, "cwd", "%s", cwd);
	vm_record_add(&buf, "patience", "%d", session->options->patience_s);
	if (session->options->kmemleak)
		vm_record_add(&buf, "kmemleak", "1");
	vm_record_add(&buf, "go", "%s", "");
	send_all(session->fds[VM_CHANNEL_CONTROL], &buf);
	vm_buf_free(&buf);
	free(cwd);
}

static void command_ended(struct vm_session *session, const char *value)
{
	if (sscanf(value, "%d %d %" SCNu64 " %" SCNu64 " %" SCNu64,
		   &session->status, &session->killed_by, &session->want_out,
		   &session->want_err, &session->want_log) != 5) {
		session->end = VM_END_ERROR;
		session->error = vm_strf("init said 'exit=%s'", value);
		return;
	}
	session->exit_ms = vm_now_ms();
	session->deadline = session->exit_ms + REST_MS;
}

static void command_started(struct vm_session *session)
{
	int limit_s = session->options->timeout_s;

	session->command_ms = vm_now_ms();
	session->deadline = limit_s ? session->command_ms + limit_s * 1000LL :
				      0;
}

static void one_record(struct vm_session *session, const char *key,
		       const char *value, const struct vm_strv *env)
{
	if (!strcmp(key, "hello")) {
		session->hello_ms = vm_now_ms();
		session->deadline = session->hello_ms + READY_MS;
		session->kernel = vm_strf("%s", value);
		send_job(session, env);
	} else if (!strcmp(key, "start")) {
		command_started(session);
	} else if (!strcmp(key, "exit")) {
		command_ended(session, value);
	} else if (!strcmp(key, "error") && session->end == VM_END_NONE) {
		session->end = VM_END_ERROR;
		session->error = vm_strf("%s", value);
	} else if (!strcmp(key, "note")) {
		vm_say("%s", value);
	} else if (!strcmp(key, "task")) {
		vm_strv_add(&session->tasks, "%s", value);
	} else if (!strcmp(key, "hung")) {
		session->want_log = strtoull(value, NULL, 10);
	} else if (!strcmp(key, "stuck")) {
		session->stuck = true;
	}
}

void vm_session_records(struct vm_session *session, const struct vm_strv *env)
{
	char *key, *value;

	while (vm_record_take(&session->received, &key, &value)) {
		one_record(session, key, value, env);
		free(key);
		free(value);
	}
}
