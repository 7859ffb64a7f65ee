// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

struct init_control init_control = { .fd = -1 };

static void write_all(int fd, const char *data, size_t len)
{
	while (len) {
		struct pollfd pfd = { .fd = fd, .events = POLLOUT };
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EAGAIN)
			return;
		if (n < 0 && poll(&pfd, 1, INIT_DRAIN_MS) <= 0)
			return;
		if (n > 0) {
			data += n;
			len -= n;
		}
	}
}

void init_send(const char *key, const char *fmt, ...)
{
	struct vm_buf buf = { 0 };
	char *value;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&value, fmt, ap) < 0)
		abort();
	va_end(ap);
	if (init_control.fd < 0) {
		printf("barrage-init: %s: %s\n", key, value);
		fflush(stdout);
	}
	vm_record_add(&buf, key, "%s", value);
	if (init_control.fd >= 0)
		write_all(init_control.fd, buf.data, buf.len);
	vm_buf_free(&buf);
	free(value);
}

void init_power_off(void)
{
	sync();
	umount2(VM_GUEST_OUT, 0);
	reboot(RB_POWER_OFF);
	/* Without power management, -no-reboot ends QEMU as well. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void init_die(const char *fmt, ...)
{
	char *what;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	init_log_drain(INIT_DRAIN_MS);
	init_send("error", "%s", what);
	init_power_off();
}

void init_receive(void)
{
	char chunk[4096];
	ssize_t n = read(init_control.fd, chunk, sizeof(chunk));

	if (n > 0)
		vm_buf_add(&init_control.received, chunk, n);
}
