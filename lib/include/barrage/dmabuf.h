/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * dmabuf - a part of a BAR as a dma-buf: VFIO_DEVICE_FEATURE_DMA_BUF
 */
#ifndef BARRAGE_DMABUF_H
#define BARRAGE_DMABUF_H

#include <stdint.h>

#include <barrage/vfio.h>

/**
 * brg_dmabuf_export - make a dma-buf of one range of a BAR
 * @vfio: open
 * @bar: number
 * @offset: into the BAR, page aligned
 * @length: whole pages
 * @fdp: receives the dma-buf's file; close() it
 *
 * Return: 0; -EBUSY where the BAR is registered for P2P; -ENODEV where there is
 * no such BAR; -EOPNOTSUPP, -ENOTTY (kernel without it), -EINVAL; -errno; with
 * brg_last_error() set.
 */
int brg_dmabuf_export(const struct brg_vfio *vfio, unsigned int bar,
		      uint64_t offset, uint64_t length, int *fdp);

#endif
