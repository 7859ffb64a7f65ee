/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * mmio - copies to and from device memory
 *
 * A BAR is not RAM. The C library's memcpy() uses 16, 32 or 64 byte vector
 * accesses, unaligned and overlapping ones at that. Where a hypervisor
 * dispatches a BAR's accesses to a device model (QEMU does for a controller
 * memory buffer), it has to emulate the instruction: KVM's emulator has no AVX
 * and stops the machine; models take 8 bytes at most; and a device may answer
 * a partly written line with what it likes. So: naturally aligned volatile
 * accesses of 8 bytes, smaller ones only at the ends. Plain C, hence no
 * write-combining stores: this is a floor for what the CPU can do, not a race.
 */
#ifndef BARRAGE_MMIO_H
#define BARRAGE_MMIO_H

#include <stddef.h>
#include <stdint.h>

/**
 * brg_mmio_load - copy from device memory to host memory
 * @dst: host memory, any alignment
 * @src: device memory, any alignment
 * @len: bytes
 */
void brg_mmio_load(void *dst, const volatile void *src, size_t len);

/**
 * brg_mmio_store - copy from host memory to device memory
 * @dst: device memory, any alignment
 * @src: host memory, any alignment
 * @len: bytes
 *
 * Ends in a read of the last byte, which pushes posted writes out to the
 * device before anything else is asked of it.
 */
void brg_mmio_store(volatile void *dst, const void *src, size_t len);

#endif
