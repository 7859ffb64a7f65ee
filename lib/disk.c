// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "disk"
#include <barrage/disk.h>
#include <barrage/log.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/*
 * /sys/class/block/nvme0n1 is a link to
 * /sys/devices/pci0000:00/0000:00:03.0/0000:02:00.0/nvme/nvme0/nvme0n1: the
 * last part that is a PCI address is the device's. A namespace of a multipath
 * subsystem hangs below virtual devices and has none.
 */
static void find_bdf(struct brg_disk *disk)
{
	char path[BRG_SYSFS_PATH_BYTES], real[PATH_MAX];
	char bdf[BRG_PCI_BDF_BYTES];
	char *part, *save;

	if (brg_sysfs_path(path, sizeof(path), "class/block/%s", disk->name) ||
	    !realpath(path, real))
		return;
	for (part = strtok_r(real, "/", &save); part;
	     part = strtok_r(NULL, "/", &save))
		if (strlen(part) == 12 && part[4] == ':' &&
		    !brg_pci_parse_bdf(part, bdf))
			strcpy(disk->bdf, bdf);
}

static int read_sizes(struct brg_disk *disk)
{
	uint64_t sectors, logical;
	int ret;

	ret = brg_sysfs_read_u64(&sectors, "class/block/%s/size", disk->name);
	if (!ret)
		ret = brg_sysfs_read_u64(
			&logical, "class/block/%s/queue/logical_block_size",
			disk->name);
	/* a partition has no queue of its own */
	if (ret == -ENOENT)
		ret = brg_sysfs_read_u64(
			&logical, "class/block/%s/../queue/logical_block_size",
			disk->name);
	if (ret)
		return brg_fail(ret, "%s: cannot read its size from sysfs: %s",
				disk->path, strerror(-ret));
	/* sysfs counts sectors of 512 bytes, whatever the disk's own are */
	disk->size_bytes = sectors * 512;
	disk->logical_bytes = (uint32_t)logical;
	return 0;
}

static void read_model(struct brg_disk *disk)
{
	size_t len;

	if (brg_sysfs_read(disk->model, sizeof(disk->model),
			   "class/block/%s/device/model", disk->name))
		disk->model[0] = '\0';
	for (len = strlen(disk->model); len && disk->model[len - 1] == ' ';)
		disk->model[--len] = '\0';
}

int brg_disk_read(const char *path, struct brg_disk *disk)
{
	struct brg_disk new = {};
	struct stat st;
	int ret;

	if (strlen(path) >= sizeof(new.path))
		return brg_fail(-ENAMETOOLONG, "%s: path too long", path);
	strcpy(new.path, path);
	if (stat(path, &st))
		return brg_fail(-errno, "%s: %s", path, strerror(errno));
	if (!S_ISBLK(st.st_mode))
		return brg_fail(-ENOTBLK, "%s: it is not a block device", path);
	ret = brg_sysfs_link(new.name, sizeof(new.name), "dev/block/%u:%u",
			     major(st.st_rdev), minor(st.st_rdev));
	if (ret)
		return brg_fail(ret, "%s: not in sysfs: %s", path,
				strerror(-ret));
	ret = read_sizes(&new);
	if (ret)
		return ret;
	read_model(&new);
	find_bdf(&new);
	*disk = new;
	return 0;
}
