/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * p2pmem - the kernel's pool of a device's peer-to-peer memory
 *
 * /sys/bus/pci/devices/BDF/p2pmem/{size,available,published,allocate}: there
 * for a BAR registered through VFIO as for an NVMe controller memory buffer.
 */
#ifndef BARRAGE_P2PMEM_H
#define BARRAGE_P2PMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct brg_p2pmem - the pool's counters
 * @published: kernel drivers may take from it as well
 */
struct brg_p2pmem {
	uint64_t size_bytes;
	uint64_t available_bytes;
	bool published;
};

/**
 * brg_p2pmem_read - read the counters
 * @bdf: device, in full
 * @pool: receives them
 *
 * Return: 0; -ENOENT where the device has no pool; -errno; with
 * brg_last_error() set.
 */
int brg_p2pmem_read(const char *bdf, struct brg_p2pmem *pool);

/**
 * brg_p2pmem_map - allocate from the pool
 * @bdf: device, in full
 * @len: whole pages
 * @addrp: receives the mapping; munmap() gives the memory back, once no I/O
 *	holds it
 *
 * The pool is the device's: which of several registered BARs the memory is of
 * is the kernel's choice.
 *
 * Return: 0; -ENOMEM where the pool has less left than that, in one piece;
 * -ENOENT (no pool), -EACCES, -EAGAIN (frozen), -errno; with brg_last_error()
 * set.
 */
int brg_p2pmem_map(const char *bdf, size_t len, void **addrp);

#endif
