// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel gives one record per read() and none is longer. */
#define RECORD_MAX 8192
#define PENDING_MAX 32768

void init_log_open(struct init_log *log)
{
	*log = (struct init_log){ .kmsg = -1 };
	log->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->kmsg < 0)
		init_die("/dev/kmsg: %s", strerror(errno));
	log->port = init_port_open(VM_PORT_LOG);
}

/* "\x0a" stands for a newline, and so on. */
static int unescape(const char **p)
{
	char hex[3] = { 0 };

	if ((*p)[0] != '\\' || (*p)[1] != 'x' || !(*p)[2] || !(*p)[3])
		return *(*p)++;
	memcpy(hex, *p + 2, 2);
	*p += 4;
	return strtol(hex, NULL, 16);
}

/* "6,339,5140900,-;text": as dmesg writes it. */
static void add_record(struct init_log *log, const char *record)
{
	const char *text = strchr(record, ';');
	unsigned int priority;
	uint64_t seq, us;
	char *stamp;

	if (!text ||
	    sscanf(record, "%u,%" SCNu64 ",%" SCNu64, &priority, &seq, &us) != 3)
		return;
	text++;
	stamp = vm_strf("[%5" PRIu64 ".%06" PRIu64 "] ", us / 1000000,
			us % 1000000);
	vm_buf_printf(&log->pending, "%s", stamp);
	while (*text && *text != '\n') {
		char c = unescape(&text);

		vm_buf_add(&log->pending, &c, 1);
		if (c == '\n')
			vm_buf_printf(&log->pending, "%s", stamp);
	}
	vm_buf_add(&log->pending, "\n", 1);
	free(stamp);
}

static void fill(struct init_log *log)
{
	char record[RECORD_MAX + 1];

	while (log->pending.len < PENDING_MAX) {
		ssize_t n = read(log->kmsg, record, RECORD_MAX);

		if (n < 0 && errno == EPIPE) {
			vm_buf_printf(&log->pending,
				      "[    0.000000] barrage: the kernel log was overwritten here before it was read\n");
			continue;
		}
		if (n <= 0)
			break;
		record[n] = '\0';
		add_record(log, record);
	}
}

void init_log_prepare(const struct init_log *log, struct pollfd *pfd)
{
	*pfd = (struct pollfd){ .fd = log->kmsg, .events = POLLIN };
	if (log->sent < log->pending.len)
		*pfd = (struct pollfd){ .fd = log->port, .events = POLLOUT };
}

void init_log_step(struct init_log *log, const struct pollfd *pfd)
{
	ssize_t n;

	if (!pfd->revents)
		return;
	if (pfd->events == POLLIN) {
		log->sent = 0;
		log->pending.len = 0;
		fill(log);
	}
	if (log->sent == log->pending.len)
		return;
	n = write(log->port, log->pending.data + log->sent,
		  log->pending.len - log->sent);
	if (n > 0) {
		log->sent += n;
		log->total += n;
	}
}

void init_log_drain(struct init_log *log, int ms)
{
	int64_t deadline = vm_now_ms() + ms;
	struct pollfd pfd;

	do {
		init_log_prepare(log, &pfd);
		if (poll(&pfd, 1, pfd.events == POLLIN ? 0 : 100) < 0)
			return;
		if (pfd.events == POLLIN && !pfd.revents)
			return;
		init_log_step(log, &pfd);
	} while (vm_now_ms() < deadline);
}
