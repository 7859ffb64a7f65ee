// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTS "/sys/class/virtio-ports"
#define WAIT_MS 10000
#define STEP_MS 2

/* The node whose name attribute is @name, such as "vport0p1"; or NULL. */
static char *find_node(const char *name)
{
	DIR *dir = opendir(PORTS);
	struct dirent *entry;
	char *node = NULL;

	while (dir && !node && (entry = readdir(dir))) {
		char *path = vm_strf(PORTS "/%s/name", entry->d_name);
		struct vm_buf buf = { 0 };

		if (!vm_read_file(path, 4096, &buf)) {
			buf.data[strcspn(buf.data, "\n")] = '\0';
			if (!strcmp(buf.data, name))
				node = vm_strf("/dev/%s", entry->d_name);
		}
		vm_buf_free(&buf);
		free(path);
	}
	if (dir)
		closedir(dir);
	return node;
}

int init_port_open(const char *name)
{
	int64_t deadline = vm_now_ms() + WAIT_MS;
	int fd;

	for (;;) {
		char *node = find_node(name);

		fd = node ? open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
		free(node);
		if (fd >= 0 || vm_now_ms() > deadline)
			break;
		usleep(STEP_MS * 1000);
	}
	if (fd < 0)
		init_die("port %s: %s", name, strerror(errno));
	return fd;
}

int init_wait_path(const char *path, int ms)
{
	int64_t deadline = vm_now_ms() + ms;

	while (access(path, F_OK)) {
		if (vm_now_ms() > deadline)
			return -ETIMEDOUT;
		usleep(STEP_MS * 1000);
	}
	return 0;
}
