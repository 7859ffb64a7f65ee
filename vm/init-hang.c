// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KTHREADD 2

/*
 * Only stat is read: it takes no lock of the process, where cmdline and others
 * would wait behind the very task that hangs.
 */
static void report_task(const char *pid, const char *tid)
{
	char *path = vm_strf("/proc/%s/task/%s/stat", pid, tid);
	struct vm_buf buf = { 0 };
	char *name, *end, state;
	int parent;

	if (vm_read_file(path, 4096, &buf))
		goto out;
	name = strchr(buf.data, '(');
	end = strrchr(buf.data, ')');
	if (name && end && sscanf(end, ") %c %d", &state, &parent) == 2 &&
	    parent != KTHREADD) {
		*end = '\0';
		init_send("task", "%s %c %s", tid, state, name + 1);
	}
out:
	vm_buf_free(&buf);
	free(path);
}

static void report_process(const char *pid)
{
	char *path = vm_strf("/proc/%s/task", pid);
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			report_task(pid, entry->d_name);
	}
	if (dir)
		closedir(dir);
	free(path);
}

static void sysrq(char key)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, &key, 1) != 1)
		init_send("note", "the kernel has no sysrq: no stacks");
	if (fd >= 0)
		close(fd);
}

void init_hang_report(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int pid = atoi(entry->d_name);

		if (pid > KTHREADD)
			report_process(entry->d_name);
	}
	if (dir)
		closedir(dir);
	/* All tasks, then what each processor does now. */
	sysrq('t');
	sysrq('l');
}
