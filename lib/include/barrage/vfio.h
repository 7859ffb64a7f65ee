/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * vfio - a PCI device opened through its VFIO character device and iommufd
 */
#ifndef BARRAGE_VFIO_H
#define BARRAGE_VFIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <barrage/iommufd.h>
#include <barrage/pci.h>

/**
 * struct brg_vfio - an open device
 * @bdf: whose
 * @fd: -1 where closed
 * @iommufd: its own; the device is attached to @ioas_id of it, which is empty:
 *	the device can do no DMA until something is mapped
 */
struct brg_vfio {
	char bdf[BRG_PCI_BDF_BYTES];
	int fd;
	struct brg_iommufd iommufd;
	uint32_t ioas_id;
	uint32_t device_id;
};

/** struct brg_vfio_region - as VFIO_DEVICE_GET_REGION_INFO tells it */
struct brg_vfio_region {
	uint64_t size_bytes;
	uint64_t file_offset;
	bool can_read;
	bool can_write;
	bool can_map;
};

/**
 * brg_vfio_open - open a device that is bound to vfio-pci
 * @bdf: device
 * @vfio: receives it; fd -1 on failure
 *
 * The kernel resets the device where it can, and turns its memory on.
 *
 * Return: 0; -ENODEV (no such device); -EBUSY (another driver or another
 * process has it); -EOPNOTSUPP (no IOMMU group, or no VFIO character devices
 * in this kernel); -EACCES, -EPERM; -errno; with brg_last_error() set.
 */
int brg_vfio_open(const char *bdf, struct brg_vfio *vfio);

/* of a UUID */
#define BRG_VFIO_TOKEN_BYTES 16

/**
 * brg_vfio_open_with_token - the same of an SR-IOV function
 * @token: BRG_VFIO_TOKEN_BYTES, the VF token: what the user of a physical function
 *	(PF) on vfio-pci chooses by opening it with one, and what it takes to open its
 *	virtual functions then; NULL for none
 *
 * Return: as brg_vfio_open(); -EACCES where the token is not the right one, or is
 * needed; -EINVAL where the device takes none; -EBUSY also of a PF of whose virtual
 * functions P2P memory is registered.
 */
int brg_vfio_open_with_token(const char *bdf, const uint8_t *token,
			     struct brg_vfio *vfio);

/** brg_vfio_close - close it; half-open and closed ones are fine */
void brg_vfio_close(struct brg_vfio *vfio);

/**
 * brg_vfio_region - ask for a region
 * @vfio: open
 * @index: VFIO_PCI_BAR0_REGION_INDEX and so on
 * @region: receives the answer
 *
 * Return: 0; -EINVAL where there is no such region; -errno.
 */
int brg_vfio_region(const struct brg_vfio *vfio, uint32_t index,
		    struct brg_vfio_region *region);

/**
 * brg_vfio_map - map a part of a BAR for the CPU
 * @vfio: open
 * @bar: number
 * @offset: into the BAR, page aligned
 * @len: whole pages
 * @addrp: receives the mapping, shared, readable and writable; munmap() it
 *
 * Return: 0; -EINVAL (out of the BAR); -EOPNOTSUPP (VFIO cannot map it);
 * -EBUSY where the BAR is registered for P2P; -errno.
 */
int brg_vfio_map(const struct brg_vfio *vfio, unsigned int bar, uint64_t offset,
		 size_t len, void **addrp);

/**
 * brg_vfio_read - read from a region through the file
 * @vfio: open
 * @index: region
 * @offset: into it
 * @buf: receives @len bytes
 * @len: 1, 2, 4 or 8 naturally aligned bytes are one access
 *
 * Return: 0; -EIO on a short read; -errno.
 */
int brg_vfio_read(const struct brg_vfio *vfio, uint32_t index, uint64_t offset,
		  void *buf, size_t len);

/** brg_vfio_write - write to a region through the file; see brg_vfio_read() */
int brg_vfio_write(const struct brg_vfio *vfio, uint32_t index, uint64_t offset,
		   const void *buf, size_t len);

/**
 * brg_vfio_set_memory - turn the device's memory decoding on or off
 * @vfio: open
 * @on: COMMAND.MEM
 *
 * Return: 0; -EBUSY; -errno.
 */
int brg_vfio_set_memory(const struct brg_vfio *vfio, bool on);

/**
 * brg_vfio_memory_is_on - does the device decode memory accesses?
 * @vfio: open
 *
 * Return: 1, 0 or -errno.
 */
int brg_vfio_memory_is_on(const struct brg_vfio *vfio);

/**
 * brg_vfio_feature - VFIO_DEVICE_FEATURE
 * @vfio: open
 * @flags: the feature's number with VFIO_DEVICE_FEATURE_{GET,SET,PROBE}
 * @data: the feature's own structure, in and out; NULL where @len is 0
 * @len: of @data, at most 64 KiB
 *
 * Does not set brg_last_error(): what an errno means depends on the feature.
 *
 * Return: what the ioctl returned, 0 or more (a file descriptor for dma-buf);
 * -errno, -ENOTTY where the kernel does not know the feature.
 */
int brg_vfio_feature(const struct brg_vfio *vfio, uint32_t flags, void *data,
		     size_t len);

/**
 * brg_vfio_reset - VFIO_DEVICE_RESET
 * @vfio: open
 *
 * Return: 0; -EINVAL, -ENOTTY where the device cannot be reset alone; -errno.
 */
int brg_vfio_reset(const struct brg_vfio *vfio);

#endif
