// SPDX-License-Identifier: GPL-2.0-only
#include "rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

#define PREFIX "barrage-vm-"
#define STALE_AFTER_S 10

/* Memory first; a container's may be too small for a disk. */
static const char *candidate(int i)
{
	const char *tmp = getenv("TMPDIR");

	switch (i) {
	case 0:
		return "/dev/shm";
	case 1:
		return tmp && *tmp ? tmp : "/tmp";
	case 2:
		return "/var/tmp";
	default:
		return NULL;
	}
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

static void remove_folder(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Returns the locked folder, or -1 where another runner has the lock. */
static int lock_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A new folder is not locked yet: only one that has some age is stale. */
static bool has_age(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && st.st_mtime + STALE_AFTER_S < time(NULL);
}

/* Remove the folders of runners that are no more: their lock is free. */
static void remove_stale(const char *where)
{
	DIR *dir = opendir(where);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path;
		int fd;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)))
			continue;
		path = vm_strf("%s/%s", where, entry->d_name);
		fd = has_age(path) ? lock_folder(path) : -1;
		if (fd >= 0) {
			remove_folder(path);
			close(fd);
		}
		free(path);
	}
	if (dir)
		closedir(dir);
}

static int make(const char *where, struct vm_rundir *dir)
{
	dir->path = vm_strf("%s/" PREFIX "XXXXXX", where);
	if (!mkdtemp(dir->path)) {
		int err = errno;

		vm_say("%s: %s", dir->path, strerror(err));
		free(dir->path);
		dir->path = NULL;
		return -err;
	}
	dir->lock = lock_folder(dir->path);
	return 0;
}

int vm_rundir_open(uint64_t bytes, struct vm_rundir *dir)
{
	const char *where;

	*dir = (struct vm_rundir){ .lock = -1 };
	for (int i = 0; (where = candidate(i)); i++) {
		struct statvfs st;

		if (statvfs(where, &st))
			continue;
		remove_stale(where);
		if ((uint64_t)st.f_bavail * st.f_frsize < bytes)
			continue;
		return make(where, dir);
	}
	vm_say("no %llu MiB free for disks and memory in /dev/shm, $TMPDIR or /var/tmp: free some or set TMPDIR",
	       (unsigned long long)(bytes >> 20));
	return -ENOSPC;
}

void vm_rundir_close(struct vm_rundir *dir)
{
	if (dir->path) {
		remove_folder(dir->path);
		if (dir->lock >= 0)
			close(dir->lock);
	}
	free(dir->path);
	*dir = (struct vm_rundir){ .lock = -1 };
}

int vm_make_file(const char *path, uint64_t bytes)
{
	int fd, ret = 0;

	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, bytes)) {
		ret = -errno;
		vm_say("%s: %s", path, strerror(-ret));
	}
	if (fd >= 0)
		close(fd);
	return ret;
}
