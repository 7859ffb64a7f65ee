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

static struct {
	int kmsg;
	int port;
	struct vm_buf pending;
	size_t sent;
	uint64_t total;
} klog = { .kmsg = -1, .port = -1 };

void init_log_open(void)
{
	klog.kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (klog.kmsg < 0)
		init_die("/dev/kmsg: %s", strerror(errno));
	klog.port = init_port_open(VM_PORT_LOG);
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
static void add_record(const char *record)
{
	const char *text = strchr(record, ';');
	unsigned int priority;
	uint64_t seq, us;
	char *stamp;

	if (!text || sscanf(record, "%u,%" SCNu64 ",%" SCNu64, &priority, &seq,
			    &us) != 3)
		return;
	text++;
	stamp = vm_strf("[%5" PRIu64 ".%06" PRIu64 "] ", us / 1000000,
			us % 1000000);
	vm_buf_printf(&klog.pending, "%s", stamp);
	while (*text && *text != '\n') {
		char c = unescape(&text);

		vm_buf_add(&klog.pending, &c, 1);
		if (c == '\n')
			vm_buf_printf(&klog.pending, "%s", stamp);
	}
	vm_buf_add(&klog.pending, "\n", 1);
	free(stamp);
}

static void fill(void)
{
	char record[RECORD_MAX + 1];

	while (klog.pending.len < PENDING_MAX) {
		ssize_t n = read(klog.kmsg, record, RECORD_MAX);

		if (n < 0 && errno == EPIPE) {
			vm_buf_printf(
				&klog.pending,
				"[    0.000000] barrage: the kernel log was overwritten here before it was read\n");
			continue;
		}
		if (n <= 0)
			break;
		record[n] = '\0';
		add_record(record);
	}
}

void init_log_prepare(struct pollfd *pfd)
{
	*pfd = (struct pollfd){ .fd = klog.kmsg, .events = POLLIN };
	if (klog.sent < klog.pending.len)
		*pfd = (struct pollfd){ .fd = klog.port, .events = POLLOUT };
}

void init_log_step(const struct pollfd *pfd)
{
	ssize_t n;

	if (!pfd->revents)
		return;
	if (pfd->events == POLLIN) {
		klog.sent = 0;
		klog.pending.len = 0;
		fill();
	}
	if (klog.sent == klog.pending.len)
		return;
	n = write(klog.port, klog.pending.data + klog.sent,
		  klog.pending.len - klog.sent);
	if (n > 0) {
		klog.sent += n;
		klog.total += n;
	}
}

void init_log_drain(int ms)
{
	int64_t deadline = vm_now_ms() + ms;
	struct pollfd pfd;

	if (klog.port < 0)
		return;
	do {
		init_log_prepare(&pfd);
		if (poll(&pfd, 1, pfd.events == POLLIN ? 0 : 100) < 0)
			return;
		if (pfd.events == POLLIN && !pfd.revents)
			return;
		init_log_step(&pfd);
	} while (vm_now_ms() < deadline);
}

uint64_t init_log_total(void)
{
	return klog.total;
}
