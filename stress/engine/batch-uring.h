/* SPDX-License-Identifier: GPL-2.0-only */
/* batch-uring - the pieces of a batch in flight together, by io_uring */
#ifndef STRESS_BATCH_URING_H
#define STRESS_BATCH_URING_H

#include "batch.h"

/** batch_uring - as batch_aio() */
int batch_uring(struct batch *batch);

/** batch_uring_start - as batch_aio_start() */
int batch_uring_start(struct batch *batch);

/**
 * batch_uring_fix - give a ring memory to keep, and take it back
 *
 * io_uring pins registered buffers for as long as it has them (FOLL_LONGTERM).
 *
 * Return: 0; -EREMOTEIO: P2P memory; -EFAULT: not there, not of pages, or in part
 * P2P memory; -errno.
 */
int batch_uring_fix(void *addr, size_t bytes);

#endif
