/* SPDX-License-Identifier: GPL-2.0-only */
/* disk-file - a file stands for a disk */
#ifndef STRESS_DISK_FILE_H
#define STRESS_DISK_FILE_H

#include <stdlib.h>
#include <unistd.h>

#include "../engine/stamp.h"

/* with its data, of 64 MiB, gone when it is closed */
static inline int disk_file(struct world *world, enum disk_kind kind)
{
	char path[] = "/tmp/barrage-disk-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(ftruncate(fd, 64 << 20), 0);
	assert_int_equal(stamp_disk(world, kind, fd), 0);
	return fd;
}

#endif
