// SPDX-License-Identifier: GPL-2.0-only
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <barrage/log.h>

int scratch_make(char *path, size_t size)
{
	const char *base = getenv("TMPDIR");

	snprintf(path, size, "%s/barrage-bench.XXXXXX",
		 base && *base ? base : "/tmp");
	if (!mkdtemp(path))
		return brg_fail(-errno, "%s: cannot make a folder: %s", path,
				strerror(errno));
	return 0;
}

void scratch_remove(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(path);
}
