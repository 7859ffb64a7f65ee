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

static bool has_open(const char *pid, const char *path)
{
	char dir_path[64], fd_path[PATH_MAX], target[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	ssize_t len;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "/proc/%.16s/fd", pid);
	dir = opendir(dir_path);
	while (dir && !found && (entry = readdir(dir))) {
		snprintf(fd_path, sizeof(fd_path), "%s/%s", dir_path,
			 entry->d_name);
		len = readlink(fd_path, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		found = !strcmp(target, path);
	}
	if (dir)
		closedir(dir);
	return found;
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
	bool self = false;
	int ret = -ESRCH;
	DIR *dir;

	dir = opendir("/proc");
	while (dir && ret && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !has_open(entry->d_name, path))
			continue;
		if (atoi(entry->d_name) == getpid()) {
			self = true;
			continue;
		}
		describe(entry->d_name, text);
		ret = 0;
	}
	if (dir)
		closedir(dir);
	if (ret && self) {
		/* we have just opened it ourselves: it may be all there is */
		strcpy(text, "this or another process");
		ret = 0;
	}
	return ret;
}
