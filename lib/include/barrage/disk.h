/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * disk - block devices, and whether one may be written
 *
 * Nothing is written to a disk that somebody could miss.
 */
#ifndef BARRAGE_DISK_H
#define BARRAGE_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include <barrage/pci.h>

#define BRG_DISK_NAME_BYTES 64

/**
 * struct brg_disk - a block device at one moment
 * @path: as given
 * @name: the kernel's, "nvme0n1"
 * @model: "" where it has none
 * @bdf: of the PCI device it hangs off; "" where there is none
 * @size_bytes: of it
 * @logical_bytes: smallest I/O, for O_DIRECT alignment
 */
struct brg_disk {
	char path[256];
	char name[BRG_DISK_NAME_BYTES];
	char model[BRG_DISK_NAME_BYTES];
	char bdf[BRG_PCI_BDF_BYTES];
	uint64_t size_bytes;
	uint32_t logical_bytes;
};

/**
 * brg_disk_read - look at a block device
 * @path: "/dev/nvme0n1"; symbolic links are followed
 * @disk: receives what there is
 *
 * Return: 0; -ENOENT; -ENOTBLK where it is something else; -errno; with
 * brg_last_error() set.
 */
int brg_disk_read(const char *path, struct brg_disk *disk);

/**
 * brg_disk_check_scratch - may this disk be overwritten?
 * @disk: from brg_disk_read()
 *
 * Refused is a disk of which any part is mounted or in use as swap, that has
 * holders (device mapper, md), partitions, or the signature of a file system,
 * RAID or partition table, that carries the root file system, that is read
 * only, or a partition itself. Not being able to tell is a refusal too.
 *
 * Return: 0; -EBUSY (mounted, held, partitioned); -EEXIST (it carries a
 * signature); -EROFS; -EACCES; -errno; with brg_last_error() set.
 */
int brg_disk_check_scratch(const struct brg_disk *disk);

#endif
