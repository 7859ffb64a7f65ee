// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *root_set;

const char *brg_sysfs_root(void)
{
	const char *root = root_set ? root_set : getenv("BRG_SYSFS");

	return root && *root ? root : "/sys";
}

void brg_sysfs_set_root(const char *root)
{
	root_set = root;
}

__attribute__((format(printf, 3, 0))) static int
path_va(char *path, size_t size, const char *fmt, va_list ap)
{
	int head, tail;

	head = snprintf(path, size, "%s/", brg_sysfs_root());
	if (head < 0 || (size_t)head >= size)
		return -ENAMETOOLONG;
	tail = vsnprintf(path + head, size - (size_t)head, fmt, ap);
	if (tail < 0 || (size_t)tail >= size - (size_t)head)
		return -ENAMETOOLONG;
	return 0;
}

int brg_sysfs_path(char *path, size_t size, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = path_va(path, size, fmt, ap);
	va_end(ap);
	return ret;
}

static int read_path(char *buf, size_t size, const char *path)
{
	ssize_t got;
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, buf, size - 1);
	ret = got < 0 ? -errno : 0;
	close(fd);
	if (ret)
		return ret;
	while (got > 0 && buf[got - 1] == '\n')
		got--;
	buf[got] = '\0';
	return 0;
}

int brg_sysfs_read(char *buf, size_t size, const char *fmt, ...)
{
	char path[BRG_SYSFS_PATH_BYTES];
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = path_va(path, sizeof(path), fmt, ap);
	va_end(ap);
	return ret ? ret : read_path(buf, size, path);
}

int brg_sysfs_read_u64(uint64_t *value, const char *fmt, ...)
{
	char path[BRG_SYSFS_PATH_BYTES];
	unsigned long long number;
	char text[32], *end;
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = path_va(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (!ret)
		ret = read_path(text, sizeof(text), path);
	if (ret)
		return ret;
	errno = 0;
	number = strtoull(text, &end, 0);
	if (errno || end == text || *end)
		return -EINVAL;
	*value = number;
	return 0;
}

int brg_sysfs_link(char *buf, size_t size, const char *fmt, ...)
{
	char path[BRG_SYSFS_PATH_BYTES], target[BRG_SYSFS_PATH_BYTES];
	const char *name;
	va_list ap;
	ssize_t got;
	int ret;

	va_start(ap, fmt);
	ret = path_va(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (ret)
		return ret;
	got = readlink(path, target, sizeof(target) - 1);
	if (got < 0)
		return -errno;
	target[got] = '\0';
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (strlen(name) >= size)
		return -ENAMETOOLONG;
	strcpy(buf, name);
	return 0;
}

int brg_sysfs_write(const char *text, const char *fmt, ...)
{
	char path[BRG_SYSFS_PATH_BYTES];
	size_t len = strlen(text);
	ssize_t put;
	va_list ap;
	int fd, ret;

	va_start(ap, fmt);
	ret = path_va(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (ret)
		return ret;
	/* sysfs ignores O_TRUNC; a test's plain file needs it */
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	put = write(fd, text, len);
	ret = put < 0 ? -errno : (size_t)put == len ? 0 : -EIO;
	close(fd);
	return ret;
}
