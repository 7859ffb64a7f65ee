/* SPDX-License-Identifier: GPL-2.0-only */
/* batch - pieces of I/O that are in flight together, by libaio or io_uring */
#ifndef STRESS_BATCH_H
#define STRESS_BATCH_H

#include "engine.h"

#define BATCH_MAX 64
#define BATCH_PAGE 4096

/**
 * struct piece - I/O with one page, or with two in a vector
 * @addr: of the page
 * @more: of the second one; NULL for none
 * @offset: on the disk
 * @done: bytes, or -errno
 */
struct piece {
	char *addr;
	char *more;
	uint64_t offset;
	int64_t done;
};

/**
 * struct batch - all of them
 * @fd: disk, open for direct I/O
 * @write: else read
 * @nr: how many
 * @pieces: each
 */
struct batch {
	int fd;
	bool write;
	unsigned int nr;
	struct piece pieces[BATCH_MAX];
};

/**
 * batch_aio - by io_submit(); blocks until all of them have ended
 *
 * Return: 0 where each @done says how it went; -errno.
 */
int batch_aio(struct batch *batch);

/** batch_uring - by io_uring */
int batch_uring(struct batch *batch);

#endif
