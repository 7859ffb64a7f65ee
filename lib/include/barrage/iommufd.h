/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * iommufd - I/O address spaces, as <linux/iommufd.h> has them
 */
#ifndef BARRAGE_IOMMUFD_H
#define BARRAGE_IOMMUFD_H

#include <stdbool.h>
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
 * struct brg_iommufd_slice - a part of a file, and where it is to be mapped
 * @fd: a memfd, or a dma-buf that VFIO exported: one range of one BAR. 0 is a
 *	descriptor like any other. It may be closed once it is mapped
 * @start_bytes: into the file, page aligned
 * @length_bytes: whole pages
 * @iova: of the first byte, page aligned; where not @fixed, what the kernel
 *	chose
 * @fixed: map it at @iova and nowhere else
 * @read_only: the device may read it, not write
 */
struct brg_iommufd_slice {
	int fd;
	uint64_t start_bytes;
	uint64_t length_bytes;
	uint64_t iova;
	bool fixed;
	bool read_only;
};

/**
 * brg_iommufd_ioas_map_slice - map a part of a file for DMA
 * @iommufd: open
 * @ioas_id: address space, which may have devices, or get them later
 * @slice: what and where; its iova receives where
 *
 * As IOMMU_IOAS_MAP_FILE (iommufd_ioas_map_file() of Linux). A dma-buf is not
 * kept in place by that: when its device is reset, closed or otherwise stops to
 * respond, the mapping dies before that is done. DMA faults from then on; the
 * addresses stay taken, until brg_iommufd_ioas_unmap(). The mapping does not
 * come back with the device: unmap, and map again.
 *
 * May be called from any thread. Waits for a revocation that is under way.
 *
 * Return: 0; -EBADF; -EINVAL (alignment, length, out of the file, addresses
 * that are reserved, not a file of these kinds); -EOVERFLOW; -EEXIST where the
 * addresses are taken; -ENOENT (no such address space); -ENOSPC; -EOPNOTSUPP
 * for a dma-buf of somebody else or of several ranges; -ENODEV for a dma-buf
 * that is revoked; -errno; with brg_last_error() set.
 */
int brg_iommufd_ioas_map_slice(const struct brg_iommufd *iommufd,
			       uint32_t ioas_id,
			       struct brg_iommufd_slice *slice);

/**
 * brg_iommufd_ioas_map_file - map the beginning of a file for DMA
 * @iommufd: open
 * @ioas_id: address space
 * @fd: a memfd, or a dma-buf that VFIO exported
 * @len: whole pages, from the file's start
 * @iova: receives the address that the kernel chose
 *
 * Return: as brg_iommufd_ioas_map_slice().
 */
int brg_iommufd_ioas_map_file(const struct brg_iommufd *iommufd,
			      uint32_t ioas_id, int fd, size_t len,
			      uint64_t *iova);

/**
 * brg_iommufd_ioas_copy - map what is mapped a second time
 * @iommufd: open
 * @from_id: address space that has it
 * @from_iova: address in it
 * @len: whole pages
 * @to_id: address space that gets it as well; the same is fine
 * @iova: receives the address that the kernel chose there
 *
 * Both are one import: a dma-buf that is revoked is revoked in both.
 *
 * Return: 0; -ENOENT where not all of it is mapped; -errno.
 */
int brg_iommufd_ioas_copy(const struct brg_iommufd *iommufd, uint32_t from_id,
			  uint64_t from_iova, uint64_t len, uint32_t to_id,
			  uint64_t *iova);

/**
 * brg_iommufd_ioas_unmap - undo either way of mapping
 * @iommufd: open
 * @ioas_id: address space
 * @iova: as received
 * @len: as given: all of a mapping, or of several that are neighbours
 *
 * A revoked one is unmapped like any other.
 *
 * Return: 0; -ENOENT where nothing is mapped, or only a part is meant; -errno.
 */
int brg_iommufd_ioas_unmap(const struct brg_iommufd *iommufd, uint32_t ioas_id,
			   uint64_t iova, size_t len);

/**
 * brg_iommufd_ioas_unmap_all - undo all mappings of an address space
 * @iommufd: open
 * @ioas_id: address space
 * @bytes: receives how many bytes were mapped, revoked ones included; NULL
 *
 * Return: 0, also where there are none; -errno.
 */
int brg_iommufd_ioas_unmap_all(const struct brg_iommufd *iommufd,
			       uint32_t ioas_id, uint64_t *bytes);

/**
 * brg_iommufd_destroy - destroy an object of this file
 * @iommufd: open
 * @id: of the object; what an address space has mapped is unmapped
 *
 * Return: 0; -EBUSY while something uses it, as a device does its address
 * space; -ENOENT; -errno.
 */
int brg_iommufd_destroy(const struct brg_iommufd *iommufd, uint32_t id);

#endif
