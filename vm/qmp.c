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

static int send_command(int fd, const char *command, json_t *arguments)
{
	json_t *object = json_object();
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

/* Greeting and events come between a command and its answer. */
static int read_answer(int fd)
{
	int64_t deadline = vm_now_ms() + WAIT_MS;
	struct vm_buf buf = { 0 };
	int ret = -ETIMEDOUT;

	vm_buf_add(&buf, "", 0);
	while (ret == -ETIMEDOUT) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - vm_now_ms();
		char chunk[4096];
		ssize_t n;

		if (left <= 0 || poll(&pfd, 1, left) <= 0)
			break;
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0)
			ret = -EPIPE;
		if (n <= 0)
			continue;
		vm_buf_add(&buf, chunk, n);
		if (strstr(buf.data, "{\"return\":"))
			ret = 0;
		else if (strstr(buf.data, "{\"error\":"))
			ret = -EPROTO;
	}
	vm_buf_free(&buf);
	return ret;
}

int vm_qmp_run(int fd, const char *command, json_t *arguments)
{
	int ret;

	/* Needed once; an error, "already done", is no failure. */
	ret = send_command(fd, "qmp_capabilities", NULL);
	if (!ret)
		ret = read_answer(fd);
	if (ret && ret != -EPROTO) {
		json_decref(arguments);
		return ret;
	}
	ret = send_command(fd, command, arguments);
	return ret ? ret : read_answer(fd);
}
