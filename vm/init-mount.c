// SPDX-License-Identifier: GPL-2.0-only
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define OUT_OPTIONS "trans=virtio,version=9p2000.L,msize=512000,cache=mmap"

/**
 * struct place - something to mount
 * @type: file system
 * @dir: where; made if its parent can be written to
 * @data: options
 * @optional: kernels without it will do
 * @keep: what the host has there stays visible, read-only
 */
struct place {
	const char *type;
	const char *dir;
	const char *data;
	bool optional;
	bool keep;
};

static const struct place places[] = {
	{ .type = "proc", .dir = "/proc" },
	{ .type = "sysfs", .dir = "/sys" },
	{ .type = "devtmpfs", .dir = "/dev" },
	{ .type = "devpts",
	  .dir = "/dev/pts",
	  .optional = true,
	  .data = "ptmxmode=0666,mode=0620,gid=5" },
	{ .type = "tmpfs", .dir = "/dev/shm", .data = "mode=1777" },
	{ .type = "hugetlbfs", .dir = "/dev/hugepages", .optional = true },
	{ .type = "tmpfs", .dir = "/run", .data = "mode=0755" },
	{ .type = "tmpfs", .dir = "/tmp", .data = "mode=1777", .keep = true },
	{ .type = "tmpfs",
	  .dir = "/var/tmp",
	  .data = "mode=1777",
	  .keep = true },
	{ .type = "debugfs", .dir = INIT_DEBUGFS, .optional = true },
	{ .type = "tracefs", .dir = "/sys/kernel/tracing", .optional = true },
	{ .type = "configfs", .dir = "/sys/kernel/config", .optional = true },
};

static const struct {
	const char *target, *path;
} links[] = {
	{ "/proc/self/fd", "/dev/fd" },
	{ "/proc/self/fd/0", "/dev/stdin" },
	{ "/proc/self/fd/1", "/dev/stdout" },
	{ "/proc/self/fd/2", "/dev/stderr" },
};

static const char *const folders[] = { "/run/lock", "/run/barrage", INIT_HOME,
				       VM_GUEST_OUT };

/* Bind one entry of the covered folder @old to the same name in @dir. */
static void keep_entry(int old, const char *dir, const char *name)
{
	char *target = vm_strf("%s/%s", dir, name);
	char *source = NULL;
	struct stat st;
	int fd;

	fd = openat(old, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		goto out;
	if (S_ISDIR(st.st_mode))
		mkdir(target, 0755);
	else if (S_ISREG(st.st_mode))
		close(open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	else
		goto out;
	source = vm_strf("/proc/self/fd/%d", fd);
	if (mount(source, target, NULL, MS_BIND, NULL))
		init_send("note", "%s: the host's is not visible: %s", target,
			  strerror(errno));
out:
	if (fd >= 0)
		close(fd);
	free(source);
	free(target);
}

/* A build may well be below /tmp: its programs have to be found there. */
static void keep_entries(int old, const char *dir)
{
	int fd = openat(old, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *list;

	list = fd < 0 ? NULL : fdopendir(fd);
	if (!list)
		return;
	while ((entry = readdir(list))) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			keep_entry(old, dir, entry->d_name);
	}
	closedir(list);
}

static void mount_place(const struct place *place)
{
	int old = -1;

	mkdir(place->dir, 0755);
	if (place->keep)
		old = open(place->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* The kernel may have mounted /dev already. */
	if (mount(place->type, place->dir, place->type, 0, place->data) &&
	    errno != EBUSY && !place->optional)
		init_die("%s on %s: %s", place->type, place->dir,
			 strerror(errno));
	if (old >= 0) {
		keep_entries(old, place->dir);
		close(old);
	}
}

void init_mount_system(void)
{
	for (size_t i = 0; i < VM_ARRAY_SIZE(places); i++)
		mount_place(&places[i]);
	for (size_t i = 0; i < VM_ARRAY_SIZE(links); i++) {
		if (symlink(links[i].target, links[i].path) && errno != EEXIST)
			init_die("%s: %s", links[i].path, strerror(errno));
	}
	for (size_t i = 0; i < VM_ARRAY_SIZE(folders); i++) {
		if (mkdir(folders[i], 0755) && errno != EEXIST)
			init_die("%s: %s", folders[i], strerror(errno));
	}
}

void init_mount_shares(void)
{
	if (mount(VM_TAG_OUT, VM_GUEST_OUT, "9p", 0, OUT_OPTIONS))
		init_die("%s: %s", VM_GUEST_OUT, strerror(errno));
}
