// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTS "/sys/class/virtio-ports"
#define PORT "barrage.host\n"
#define ANSWER_MS 10000
#define MAX_HELD 4096

static bool is_port(const char *node)
{
	char path[512], name[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), PORTS "/%s/name", node);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	return !strcmp(name, PORT);
}

static int open_port(void)
{
	DIR *dir = opendir(PORTS);
	struct dirent *entry;
	char path[512];
	int fd = -ENOENT;

	while (dir && fd == -ENOENT && (entry = readdir(dir))) {
		if (!is_port(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		fd = fd < 0 ? -errno : fd;
	}
	if (dir)
		closedir(dir);
	return fd;
}

/* one line; 0 or what it says */
static int read_answer(int fd)
{
	char text[32] = "";
	size_t len = 0;
	ssize_t n;

	while (!strchr(text, '\n') && len < sizeof(text) - 1) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		if (poll(&wait, 1, ANSWER_MS) != 1)
			return -ETIMEDOUT;
		n = read(fd, text + len, sizeof(text) - 1 - len);
		if (n <= 0)
			return -EPIPE;
		len += (size_t)n;
	}
	return atoi(text);
}

int host_ask(const char *fmt, ...)
{
	int fd, ret = 0;
	va_list ap;

	fd = open_port();
	if (fd < 0)
		return fd;
	va_start(ap, fmt);
	if (vdprintf(fd, fmt, ap) < 0 || write(fd, "\n", 1) != 1)
		ret = -EIO;
	va_end(ap);
	if (!ret)
		ret = read_answer(fd);
	close(fd);
	return ret;
}

int host_holds(const char *role, uint64_t offset, const void *data, size_t len)
{
	static char hex[2 * MAX_HELD + 1];
	const uint8_t *bytes = data;
	size_t i;

	if (!len || len > MAX_HELD)
		return -EINVAL;
	for (i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	return host_ask("holds %s %#llx %s", role, (unsigned long long)offset,
			hex);
}
