/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * dmabuf - parts of a BAR as a dma-buf: VFIO_DEVICE_FEATURE_DMA_BUF
 */
#ifndef BARRAGE_DMABUF_H
#define BARRAGE_DMABUF_H

#include <stddef.h>
#include <stdint.h>

#include <barrage/vfio.h>

/* struct pages for the memory: VFIO_DMA_BUF_FLAG_ALLOC_STRUCT_PAGES */
#define BRG_DMABUF_PAGES (1u << 0)

/* what struct pages want of offsets and lengths */
#define BRG_DMABUF_PAGES_ALIGN (2ull << 20)

/* of one dma-buf; what is more has to be an error of the caller */
#define BRG_DMABUF_MAX_RANGES 4000

/**
 * struct brg_dmabuf_range - a part of a BAR, or of a file
 * @offset: where it starts, page aligned
 * @length: whole pages
 */
struct brg_dmabuf_range {
	uint64_t offset;
	uint64_t length;
};

/**
 * brg_dmabuf_export - make a dma-buf of one range of a BAR
 * @vfio: open
 * @bar: number
 * @offset: into the BAR, page aligned
 * @length: whole pages
 * @fdp: receives the dma-buf's file; close() it
 *
 * Return: as brg_dmabuf_export_ranges().
 */
int brg_dmabuf_export(const struct brg_vfio *vfio, unsigned int bar,
		      uint64_t offset, uint64_t length, int *fdp);

/**
 * brg_dmabuf_export_ranges - make a dma-buf of any ranges of a BAR
 * @vfio: open
 * @bar: number
 * @ranges: that follow one another in the dma-buf
 * @nr: of them, 1 to BRG_DMABUF_MAX_RANGES
 * @flags: 0 or BRG_DMABUF_PAGES: then mappings of the device that are made
 *	from now on have struct pages there
 * @fdp: receives the dma-buf's file; close() it
 *
 * Return: 0; -EBUSY where the BAR is registered for P2P, or where another
 * dma-buf, or I/O to one that was closed, has the pages; -ENODEV where there is
 * no such BAR; -EOPNOTSUPP, -ENOTTY (kernel without it); -EINVAL (length,
 * alignment, out of the BAR, overlap of what is to have pages); -EOVERFLOW;
 * -errno; with brg_last_error() set.
 */
int brg_dmabuf_export_ranges(const struct brg_vfio *vfio, unsigned int bar,
			     const struct brg_dmabuf_range *ranges, size_t nr,
			     unsigned int flags, int *fdp);

/**
 * brg_dmabuf_revoke - take a dma-buf's memory from all importers, for good
 * @vfio: the device that exported it
 * @fd: the dma-buf
 *
 * VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE. On return no importer's device can reach
 * the memory through it, and touching its mappings is SIGBUS. The kernel waits
 * for importers without a limit of its own.
 *
 * Return: 0; -EINVAL where it is not a dma-buf of this device, opened as it is
 * now; -EBADF (no dma-buf, no file); -ENOTTY (kernel without it); -errno; with
 * brg_last_error() set.
 */
int brg_dmabuf_revoke(const struct brg_vfio *vfio, int fd);

/**
 * brg_dmabuf_map - map a dma-buf for the CPU
 * @fd: the dma-buf
 * @len: whole pages, from its start
 * @addrp: receives the mapping, shared, readable and writable; munmap() it
 *
 * Return: 0; -EOPNOTSUPP where its exporter maps none; -EINVAL where it is
 * shorter; -ENODEV where it is revoked for good; -errno; with brg_last_error()
 * set.
 */
int brg_dmabuf_map(int fd, size_t len, void **addrp);

#endif
