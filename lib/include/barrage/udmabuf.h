/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * udmabuf - host memory as a dma-buf: /dev/udmabuf
 */
#ifndef BARRAGE_UDMABUF_H
#define BARRAGE_UDMABUF_H

#include <stddef.h>
#include <stdint.h>

#include <barrage/dmabuf.h>

/* the kernel's default for udmabuf.list_limit */
#define BRG_UDMABUF_MAX_RANGES 1024

/**
 * brg_udmabuf_memfd - memory that a dma-buf can be made of
 * @bytes: whole pages
 * @memfdp: receives the file, sealed against shrinking; close() it
 *
 * Return: 0; -errno, with brg_last_error() set.
 */
int brg_udmabuf_memfd(uint64_t bytes, int *memfdp);

/**
 * brg_udmabuf_create - make a dma-buf of a memfd
 * @memfd: from brg_udmabuf_memfd()
 * @ranges: of it; they follow one another in the dma-buf
 * @nr: of them, 1 to BRG_UDMABUF_MAX_RANGES
 * @fdp: receives the dma-buf's file; close() it
 *
 * Its pages are pinned until it is closed. The memfd may be closed before.
 *
 * Return: 0; -EOPNOTSUPP where the kernel has no udmabuf; -EACCES; -EINVAL
 * (length, alignment, out of the file); -errno; with brg_last_error() set.
 */
int brg_udmabuf_create(int memfd, const struct brg_dmabuf_range *ranges,
		       size_t nr, int *fdp);

#endif
