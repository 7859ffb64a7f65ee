// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include "holder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned int count_open(const char *pid, const char *path)
{
	char dir_path[64], fd_path[PATH_MAX], target[PATH_MAX];
	struct dirent *entry;
	unsigned int nr = 0;
	ssize_t len;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "/proc/%.16s/fd", pid);
	dir = opendir(dir_path);
	while (dir && (entry = readdir(dir))) {
		snprintf(fd_path, sizeof(fd_path), "%s/%s", dir_path,
			 entry->d_name);
		len = readlink(fd_path, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		nr += !strcmp(target, path);
	}
	if (dir)
		closedir(dir);
	return nr;
}

static void describe(const char *pid, char text[BRG_HOLDER_BYTES])
{
	char path[64], name[32] = "a process";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	file = fopen(path, "re");
	if (file) {
		if (fgets(name, sizeof(name), file))
			name[strcspn(name, "\n")] = '\0';
		fclose(file);
	}
	snprintf(text, BRG_HOLDER_BYTES, "%s (pid %.16s)", name, pid);
}

int brg_holder_find(const char *path, char text[BRG_HOLDER_BYTES])
{
	struct dirent *entry;
	unsigned int nr;
	bool self = false;
	int ret = -ESRCH;
	DIR *dir;

	dir = opendir("/proc");
	while (dir && ret && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		nr = count_open(entry->d_name, path);
		if (atoi(entry->d_name) == getpid()) {
			/* once is the caller's own attempt */
			self = nr > 1;
		} else if (nr) {
			describe(entry->d_name, text);
			ret = 0;
		}
	}
	if (dir)
		closedir(dir);
	if (ret && self) {
		strcpy(text, "this process");
		ret = 0;
	}
	return ret;
}
