// SPDX-License-Identifier: GPL-2.0-only
#include "qmp.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "text.h"

#define WAIT_MS 2000

/* QEMU gives the number back: what it answers too late is nobody's answer. */
static int send_command(int fd, json_int_t id, const char *command,
			json_t *arguments)
{
	json_t *object = json_pack("{s:I}", "id", id);
	char *text;
	ssize_t n;

	json_object_set_new(object, "execute", json_string(command));
	if (arguments)
		json_object_set_new(object, "arguments", arguments);
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	n = send(fd, text, strlen(text), MSG_NOSIGNAL);
	free(text);
	return n < 0 ? -EPIPE : 0;
}

/* Its line is complete; what there is before it does not matter. */
static json_t *find_answer(const char *text, json_int_t id)
{
	const char *line = text, *end;

	while ((end = strchr(line, '\n'))) {
		json_t *object = json_loadb(line, end - line, 0, NULL);

		if (json_integer_value(json_object_get(object, "id")) == id)
			return object;
		json_decref(object);
		line = end + 1;
	}
	return NULL;
}

/*
 * Greeting and events come between a command and its answer, and they have no id.
 * @value: receives what is returned; NULL for what nobody wants to know
 */
static int read_answer(int fd, json_int_t id, json_t **value)
{
	int64_t deadline = vm_now_ms() + WAIT_MS;
	struct vm_buf buf = { 0 };
	json_t *answer = NULL;
	int ret = 0;

	vm_buf_add(&buf, "", 0);
	while (!ret && !answer) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - vm_now_ms();
		char chunk[4096];
		ssize_t n;

		if (left <= 0 || poll(&pfd, 1, left) <= 0) {
			ret = -ETIMEDOUT;
			break;
		}
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0)
			ret = -EPIPE;
		if (n <= 0)
			continue;
		vm_buf_add(&buf, chunk, n);
		answer = find_answer(buf.data, id);
	}
	if (answer && !json_object_get(answer, "return"))
		ret = -EPROTO;
	if (!ret && value)
		*value = json_incref(json_object_get(answer, "return"));
	json_decref(answer);
	vm_buf_free(&buf);
	return ret;
}

static int call(int fd, const char *command, json_t *arguments, json_t **value)
{
	static json_int_t last_id;
	json_int_t id = ++last_id;
	int ret = send_command(fd, id, command, arguments);

	return ret ? ret : read_answer(fd, id, value);
}

static int run(int fd, const char *command, json_t *arguments, json_t **value)
{
	/* Needed once; an error, "already done", is no failure. */
	int ret = call(fd, "qmp_capabilities", NULL, NULL);

	if (ret && ret != -EPROTO) {
		json_decref(arguments);
		return ret;
	}
	return call(fd, command, arguments, value);
}

int vm_qmp_run(int fd, const char *command, json_t *arguments)
{
	return run(fd, command, arguments, NULL);
}

char *vm_qmp_monitor(int fd, const char *line, int cpu)
{
	json_t *value = NULL;
	char *text = NULL;

	if (!run(fd, "human-monitor-command",
		 json_pack("{s:s, s:i}", "command-line", line, "cpu-index",
			   cpu),
		 &value) &&
	    json_is_string(value))
		text = vm_strf("%s", json_string_value(value));
	json_decref(value);
	return text;
}
