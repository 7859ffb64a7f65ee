/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * edu - QEMU's educational device on vfio-pci: DMA started from user space
 *
 * The device has a buffer of 4 KiB and an engine that moves bytes between it
 * and memory, at addresses of the device's address space: nothing is there but
 * what was mapped with brg_iommufd_ioas_map() or brg_iommufd_ioas_map_slice()
 * into edu->vfio.ioas_id of edu->vfio.iommufd. What reaches the IOMMU and is not
 * mapped is stopped there; the device does not notice, it is in the kernel log
 * (brg_kmsg_next_fault()).
 *
 * QEMU's docs/specs/edu.txt has the registers. Each transfer takes 100 ms of the
 * machine's time, at whose end all bytes are moved at once. One thread at a time
 * may use a struct brg_edu.
 *
 * The registers are in the device's memory, which these calls look at first. Who
 * turns it off, or resets the device, while one of them runs gets a SIGBUS.
 */
#ifndef BARRAGE_EDU_H
#define BARRAGE_EDU_H

#include <stddef.h>
#include <stdint.h>

#include <barrage/vfio.h>

/*
 * The last byte of the buffer's 4096 cannot be had: QEMU before 8.1 takes a
 * transfer that ends with it for one beyond the end, and ends the machine.
 */
#define BRG_EDU_BUFFER_BYTES 4095

/* Addresses that the engine can be given: what is above is cut off */
#define BRG_EDU_MAX_IOVA 0xffffffffull

/**
 * struct brg_edu - an open device
 * @vfio: of it; attached to an address space of its own at first
 * @regs: BAR0; NULL where closed
 */
struct brg_edu {
	struct brg_vfio vfio;
	volatile uint8_t *regs;
};

/**
 * enum brg_edu_direction - as the device's DMA command has it
 * @BRG_EDU_READ: from memory to the device's buffer
 * @BRG_EDU_WRITE: from the device's buffer to memory
 */
enum brg_edu_direction {
	BRG_EDU_READ,
	BRG_EDU_WRITE,
};

/**
 * brg_edu_open - open a device that is bound to vfio-pci, and let it do DMA
 * @bdf: device
 * @edu: receives it; closed on failure
 *
 * Waits, 20 seconds at most, for a transfer that an earlier owner began.
 *
 * Return: 0; -ENODEV where the device is another; -ETIMEDOUT; as
 * brg_vfio_open(); with brg_last_error() set.
 */
int brg_edu_open(const char *bdf, struct brg_edu *edu);

/**
 * brg_edu_close - close it; half-open and closed ones are fine
 *
 * Waits, 20 seconds at most, for a transfer that still runs; not where the
 * device's memory is off, which says nothing of transfers.
 */
void brg_edu_close(struct brg_edu *edu);

/**
 * brg_edu_start - begin a transfer
 * @edu: open
 * @direction: which way
 * @iova: of the memory, in the device's address space; BRG_EDU_MAX_IOVA is the
 *	last byte
 * @offset: into the device's buffer
 * @len: 1 to the buffer's end, BRG_EDU_BUFFER_BYTES
 *
 * Does not block; brg_edu_wait() comes next.
 *
 * Return: 0; -EINVAL (not in the buffer, or out of reach); -EBUSY while another
 * runs; -ENXIO where the device's memory is off; with brg_last_error() set.
 */
int brg_edu_start(const struct brg_edu *edu, enum brg_edu_direction direction,
		  uint64_t iova, size_t offset, size_t len);

/**
 * brg_edu_is_running - has the transfer yet to happen?
 * @edu: open, with the device's memory on: else this is a SIGBUS
 *
 * Where this is true nothing has been moved at the time of the call.
 */
bool brg_edu_is_running(const struct brg_edu *edu);

/**
 * brg_edu_wait - wait for the end of a transfer
 * @edu: open
 *
 * Blocks, 20 seconds at most. The end says nothing of success.
 *
 * Return: 0, also where none runs; -ETIMEDOUT; -ENXIO where the device's memory
 * is off; with brg_last_error() set.
 */
int brg_edu_wait(const struct brg_edu *edu);

/**
 * brg_edu_dma - both
 *
 * Return: as brg_edu_start() and brg_edu_wait().
 */
int brg_edu_dma(const struct brg_edu *edu, enum brg_edu_direction direction,
		uint64_t iova, size_t offset, size_t len);

#endif
