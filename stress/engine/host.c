// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "text-file.h"

#define PORTS "/sys/class/virtio-ports"
#define PORT "barrage.host"
#define ANSWER_MS 10000
#define TURN_NS 20000000000ull
#define POLL_US 100
#define PREFIX "BARRAGE_"

static bool find_port(char port[64])
{
	DIR *dir = opendir(PORTS);
	char path[400], name[64];
	struct dirent *at;
	bool found = false;

	while (dir && !found && (at = readdir(dir))) {
		snprintf(path, sizeof(path), PORTS "/%s/name", at->d_name);
		text_file_read(path, name, sizeof(name));
		found = !strcmp(name, PORT);
		if (found)
			snprintf(port, 64, "%.63s", at->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

bool host_is_there(void)
{
	char port[64];

	return find_port(port);
}

/*
 * Only one can have the port open. Its name in sysfs is a file that all of them
 * can lock, and that is unlocked when one is killed.
 */
static int take_turn(const char *port)
{
	uint64_t end_ns = engine_now_ns() + TURN_NS;
	char path[128];
	int fd, ret;

	snprintf(path, sizeof(path), PORTS "/%s/name", port);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		ret = errno == EWOULDBLOCK ? 0 : -errno;
		if (!ret && engine_now_ns() > end_ns)
			ret = -ETIMEDOUT;
		if (ret) {
			close(fd);
			return ret;
		}
		engine_pause_us(POLL_US);
	}
	return fd;
}

static int read_answer(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	text[0] = '\0';
	while (!strchr(text, '\n') && len < size - 1) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		if (poll(&wait, 1, ANSWER_MS) != 1)
			return -ETIMEDOUT;
		n = read(fd, text + len, size - 1 - len);
		if (n <= 0)
			return -EPIPE;
		len += (size_t)n;
		text[len] = '\0';
	}
	return 0;
}

static int ask(const char *port, const char *line, uint64_t *detail)
{
	char path[80], text[64], *end;
	int fd, ret;

	snprintf(path, sizeof(path), "/dev/%s", port);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, line, strlen(line)) == (ssize_t)strlen(line) ? 0 : -EIO;
	if (!ret)
		ret = read_answer(fd, text, sizeof(text));
	close(fd);
	if (ret)
		return ret;
	ret = (int)strtol(text, &end, 10);
	if (detail)
		*detail = strtoull(end, NULL, 10);
	return ret;
}

int host_ask(uint64_t *detail, const char *fmt, ...)
{
	char port[64], line[160];
	int turn, ret;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	strcat(line, "\n");
	if (!find_port(port))
		return -ENOENT;
	turn = take_turn(port);
	if (turn < 0)
		return turn;
	ret = ask(port, line, detail);
	close(turn);
	return ret;
}

/* PREFIX and a role, in capitals, names its device or disk in the environment */
static bool role_of(const char *device, char role[32])
{
	for (char **at = environ; *at; at++) {
		const char *value = strchr(*at, '=');
		size_t len = value ? (size_t)(value - *at) : 0;

		if (strncmp(*at, PREFIX, strlen(PREFIX)) ||
		    len >= strlen(PREFIX) + 32 || strcmp(value + 1, device))
			continue;
		len -= strlen(PREFIX);
		for (size_t i = 0; i < len; i++) {
			char c = (*at)[strlen(PREFIX) + i];

			role[i] = c == '_' ? '-' : (char)tolower(c);
		}
		role[len] = '\0';
		return true;
	}
	return false;
}

/* the BAR that has the role's memory behind it */
static bool is_of_role(const char *role, unsigned int bar)
{
	char name[64];
	const char *value;

	snprintf(name, sizeof(name), PREFIX "%s_BAR", role);
	for (char *c = name; *c; c++)
		*c = *c == '-' ? '_' : (char)toupper(*c);
	value = getenv(name);
	return value && strtoul(value, NULL, 10) == bar;
}

int host_keep(const struct device *device, uint64_t offset, uint64_t bytes)
{
	char role[32];

	if (!role_of(device->bdf, role) || !is_of_role(role, device->bar))
		return -ENOENT;
	return host_ask(NULL, "keep %s %llu %llu", role,
			(unsigned long long)offset, (unsigned long long)bytes);
}

bool host_may_hold(const char *disk)
{
	char role[32];

	return disk && host_is_there() && role_of(disk, role);
}

int host_hold(const char *disk, uint32_t ms)
{
	char role[32];

	if (!role_of(disk, role))
		return -ENOENT;
	return host_ask(NULL, "hold %s %u", role, ms);
}

int host_same(int number, uint64_t *at)
{
	return host_ask(at, "same %d", number);
}
