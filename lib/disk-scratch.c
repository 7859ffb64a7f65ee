// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* Refusing disks: one question a function, and the first "yes" ends it. */
#define BRG_LOG_PREFIX "disk"
#include <barrage/disk.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <blkid.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "disk-scratch.h"

int brg_disk_check_sysfs(const struct brg_disk *disk)
{
	char path[BRG_SYSFS_PATH_BYTES];
	uint64_t read_only;
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	if (!brg_sysfs_path(path, sizeof(path), "class/block/%s/partition",
			    disk->name) &&
	    !access(path, F_OK))
		return brg_fail(-EBUSY, "%s: it is a partition: name a disk",
				disk->path);
	if (brg_sysfs_read_u64(&read_only, "class/block/%s/ro", disk->name))
		return brg_fail(-EIO,
				"%s: sysfs does not say if it is read "
				"only: left alone",
				disk->path);
	if (read_only)
		return brg_fail(-EROFS, "%s: it is read only", disk->path);

	if (brg_sysfs_path(path, sizeof(path), "class/block/%s/holders",
			   disk->name))
		return -ENAMETOOLONG;
	dir = opendir(path);
	if (!dir)
		return brg_fail(-errno, "%s: %s: %s", disk->path, path,
				strerror(errno));
	while (!ret && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ret = brg_fail(-EBUSY,
				       "%s: %s is built on it: left alone",
				       disk->path, entry->d_name);
	closedir(dir);
	if (ret)
		return ret;

	if (brg_sysfs_path(path, sizeof(path), "class/block/%s", disk->name))
		return -ENAMETOOLONG;
	dir = opendir(path);
	if (!dir)
		return brg_fail(-errno, "%s: %s: %s", disk->path, path,
				strerror(errno));
	while (!ret && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, disk->name, strlen(disk->name)))
			ret = brg_fail(-EBUSY,
				       "%s: it has a partition, %s: left alone",
				       disk->path, entry->d_name);
	closedir(dir);
	return ret;
}

int brg_disk_check_mounts(const struct brg_disk *disk, dev_t device, FILE *file)
{
	unsigned int maj, min;
	char line[4096], where[1024];

	/* "36 35 98:0 /root /mountpoint ...": proc(5) */
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*u %*u %u:%u %*s %1023s", &maj, &min,
			   where) != 3 ||
		    makedev(maj, min) != device)
			continue;
		if (!strcmp(where, "/"))
			return brg_fail(-EBUSY,
					"%s: it carries the root file system: "
					"left alone",
					disk->path);
		return brg_fail(-EBUSY, "%s: it is mounted on %s: left alone",
				disk->path, where);
	}
	return 0;
}

int brg_disk_check_swaps(const struct brg_disk *disk, dev_t device, FILE *file)
{
	char line[1024], path[1024];
	struct stat st;

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%1023s", path) == 1 && path[0] == '/' &&
		    !stat(path, &st) && S_ISBLK(st.st_mode) &&
		    st.st_rdev == device)
			return brg_fail(-EBUSY, "%s: swap is on it: left alone",
					disk->path);
	return 0;
}

static int
check_list(const struct brg_disk *disk, dev_t device, const char *path,
	   int (*check)(const struct brg_disk *disk, dev_t device, FILE *file))
{
	FILE *file = fopen(path, "re");
	int ret;

	/* a kernel that cannot swap has no list of swaps */
	if (!file && errno == ENOENT && check == brg_disk_check_swaps)
		return 0;
	if (!file)
		return brg_fail(-errno, "%s: %s: %s: left alone", disk->path,
				path, strerror(errno));
	ret = check(disk, device, file);
	fclose(file);
	return ret;
}

int brg_disk_check_signature(const struct brg_disk *disk, int fd)
{
	const char *what = "something";
	blkid_probe probe;
	int found, ret;

	probe = blkid_new_probe();
	if (!probe)
		return brg_fail(-ENOMEM, "out of memory");
	if (blkid_probe_set_device(probe, fd, 0, 0)) {
		ret = brg_fail(-EIO, "%s: cannot be searched for signatures",
			       disk->path);
		goto free;
	}
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE |
							 BLKID_SUBLKS_BADCSUM);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_MAGIC);
	/* 0 found, 1 nothing, -1 error, -2 several: only "nothing" is good */
	found = blkid_do_safeprobe(probe);
	if (found == 1) {
		ret = 0;
		goto free;
	}
	if (found == -1) {
		ret = brg_fail(-EIO, "%s: cannot be read for signatures",
			       disk->path);
		goto free;
	}
	if (blkid_probe_lookup_value(probe, "TYPE", &what, NULL))
		blkid_probe_lookup_value(probe, "PTTYPE", &what, NULL);
	ret = brg_fail(-EEXIST,
		       "%s: it carries data (%s): left alone; where that is "
		       "not wanted any more, \"wipefs -a %s\"",
		       disk->path, what, disk->path);
free:
	blkid_free_probe(probe);
	return ret;
}

int brg_disk_check_scratch(const struct brg_disk *disk)
{
	struct stat st;
	int fd, ret;

	/* O_EXCL: the kernel itself refuses where it is mounted or claimed */
	fd = open(disk->path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd < 0)
		return brg_fail(-errno, "%s: %s%s", disk->path, strerror(errno),
				errno == EBUSY ? ": mounted, or claimed" : "");
	ret = fstat(fd, &st) ?
		      brg_fail(-errno, "%s: %s", disk->path, strerror(errno)) :
		      0;
	if (!ret)
		ret = brg_disk_check_sysfs(disk);
	if (!ret)
		ret = check_list(disk, st.st_rdev, "/proc/self/mountinfo",
				 brg_disk_check_mounts);
	if (!ret)
		ret = check_list(disk, st.st_rdev, "/proc/swaps",
				 brg_disk_check_swaps);
	if (!ret)
		ret = brg_disk_check_signature(disk, fd);
	close(fd);
	return ret;
}
