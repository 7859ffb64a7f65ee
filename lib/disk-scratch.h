/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* disk-scratch - the single questions of brg_disk_check_scratch(), for tests */
#ifndef BRG_DISK_SCRATCH_H
#define BRG_DISK_SCRATCH_H

#include <stdio.h>
#include <sys/types.h>

#include <barrage/disk.h>

/** brg_disk_check_sysfs - partition, partitioned, held or read only? */
int brg_disk_check_sysfs(const struct brg_disk *disk);

/**
 * brg_disk_check_mounts - mounted?
 * @disk: for messages
 * @device: number of the block device
 * @file: a text like /proc/self/mountinfo
 */
int brg_disk_check_mounts(const struct brg_disk *disk, dev_t device,
			  FILE *file);

/**
 * brg_disk_check_swaps - used as swap?
 * @disk: for messages
 * @device: number of the block device
 * @file: a text like /proc/swaps
 */
int brg_disk_check_swaps(const struct brg_disk *disk, dev_t device, FILE *file);

/**
 * brg_disk_check_signature - a known signature on it?
 * @disk: for messages
 * @fd: open for reading; a plain file will do
 */
int brg_disk_check_signature(const struct brg_disk *disk, int fd);

#endif
