/* SPDX-License-Identifier: GPL-2.0-only */
/* batch-uring - the pieces of a batch in flight together, by io_uring */
#ifndef STRESS_BATCH_URING_H
#define STRESS_BATCH_URING_H

#include <linux/io_uring.h>

#include "batch.h"

/**
 * struct batch_ring - a batch that is under way, by io_uring
 * @fd: of the ring
 * @params: of it
 * @rings: both queues, as the kernel shows them
 * @rings_bytes: of that
 * @entries: that are submitted
 * @vectors: of those
 * @to_submit: pieces that have not been
 * @flying: that have not ended
 */
struct batch_ring {
	int fd;
	struct io_uring_params params;
	char *rings;
	size_t rings_bytes;
	struct io_uring_sqe *entries;
	struct batch_vectors vectors;
	unsigned int to_submit;
	unsigned int flying;
};

/** batch_uring - as batch_aio() */
int batch_uring(struct batch *batch);

/**
 * batch_uring_begin - as batch_aio_begin()
 *
 * A worker of the kernel may take a piece later, and its pages only then.
 */
int batch_uring_begin(struct batch *batch, struct batch_ring *ring);

/** batch_uring_land - as batch_aio_land() */
void batch_uring_land(struct batch *batch, struct batch_ring *ring);

/** batch_uring_start - as batch_aio_start() */
int batch_uring_start(struct batch *batch);

/**
 * batch_uring_fix - give a ring memory to keep, and take it back
 *
 * io_uring pins registered buffers for as long as it has them (FOLL_LONGTERM).
 *
 * Return: 0; -EREMOTEIO: P2P memory; -EFAULT: not there, not of pages, or in part
 * P2P memory; -EEXIST: a mapping of struct pages that are gone; -errno.
 */
int batch_uring_fix(void *addr, size_t bytes);

#endif
