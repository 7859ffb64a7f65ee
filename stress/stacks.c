// SPDX-License-Identifier: GPL-2.0-only
#include "stacks.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_DEPTH 40

static void print_file(FILE *f, const char *path, const char *indent)
{
	FILE *from = fopen(path, "re");
	char line[256];

	for (int i = 0;
	     from && i < MAX_DEPTH && fgets(line, sizeof(line), from); i++)
		fprintf(f, "%s%s%s", indent, line,
			strchr(line, '\n') ? "" : "\n");
	if (from)
		fclose(from);
}

/* Of neither file may the reader have to give back a task's memory: see still.c. */
static void print_task(FILE *f, const char *pid, const char *tid)
{
	char path[320];

	fprintf(f, "task %s of %s: ", tid, pid);
	snprintf(path, sizeof(path), "/proc/%s/task/%s/comm", pid, tid);
	print_file(f, path, "");
	snprintf(path, sizeof(path), "/proc/%s/task/%s/stack", pid, tid);
	print_file(f, path, "  ");
}

static void print_process(FILE *f, const char *pid)
{
	char path[300];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name))
			print_task(f, pid, entry->d_name);
	if (dir)
		closedir(dir);
}

/* w: blocked tasks; l: what each CPU is at */
static void ask_kernel(void)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "w", 1) == 1 && write(fd, "l", 1) != 1)
		fprintf(stderr, "barrage-stress: sysrq: no backtraces\n");
	close(fd);
}

void stacks_print(FILE *f, pid_t group)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name) &&
		    getpgid((pid_t)atoi(entry->d_name)) == group)
			print_process(f, entry->d_name);
	if (dir)
		closedir(dir);
	ask_kernel();
}
