/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * iommufd - I/O address spaces, as <linux/iommufd.h> has them
 */
#ifndef BARRAGE_IOMMUFD_H
#define BARRAGE_IOMMUFD_H

#include <stddef.h>
#include <stdint.h>

/** struct brg_iommufd - an open /dev/iommu; @fd is -1 where closed */
struct brg_iommufd {
	int fd;
};

/**
 * brg_iommufd_open - open /dev/iommu
 * @iommufd: receives the file; fd -1 on failure
 *
 * Return: 0; -EOPNOTSUPP where the kernel has none; -EACCES; -errno.
 */
int brg_iommufd_open(struct brg_iommufd *iommufd);

/** brg_iommufd_close - close it; a closed or zeroed-to--1 one is fine */
void brg_iommufd_close(struct brg_iommufd *iommufd);

/**
 * brg_iommufd_ioas_alloc - make an I/O address space
 * @iommufd: open
 * @ioas_id: receives its number
 *
 * Return: 0; -errno.
 */
int brg_iommufd_ioas_alloc(const struct brg_iommufd *iommufd,
			   uint32_t *ioas_id);

/**
 * brg_iommufd_ioas_map - map memory for reads and writes by DMA
 * @iommufd: open
 * @ioas_id: address space
 * @addr: page aligned
 * @len: whole pages
 * @iova: receives the address that the kernel chose
 *
 * Pins the pages for as long as they are mapped.
 *
 * Return: 0; -errno: -EFAULT for memory that cannot be pinned long-term, as
 * P2P pages cannot.
 */
int brg_iommufd_ioas_map(const struct brg_iommufd *iommufd, uint32_t ioas_id,
			 void *addr, size_t len, uint64_t *iova);

/**
 * brg_iommufd_ioas_map_file - map a part of a file for reads and writes by DMA
 * @iommufd: open
 * @ioas_id: address space
 * @fd: a memfd, or a dma-buf that VFIO exported
 * @len: whole pages, from the file's start
 * @iova: receives the address that the kernel chose
 *
 * Return: 0; -EOPNOTSUPP, -EINVAL for a dma-buf that the kernel cannot map
 * here; -ENODEV where it has been revoked; -errno.
 */
int brg_iommufd_ioas_map_file(const struct brg_iommufd *iommufd,
			      uint32_t ioas_id, int fd, size_t len,
			      uint64_t *iova);

/**
 * brg_iommufd_ioas_unmap - undo either way of mapping
 * @iommufd: open
 * @ioas_id: address space
 * @iova: as received
 * @len: as given
 *
 * Return: 0; -ENOENT; -errno.
 */
int brg_iommufd_ioas_unmap(const struct brg_iommufd *iommufd, uint32_t ioas_id,
			   uint64_t iova, size_t len);

/**
 * brg_iommufd_destroy - destroy an object of this file
 * @iommufd: open
 * @id: of the object
 *
 * Return: 0; -EBUSY while something uses it; -errno.
 */
int brg_iommufd_destroy(const struct brg_iommufd *iommufd, uint32_t id);

#endif
