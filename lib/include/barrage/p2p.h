/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * p2p - a BAR of a VFIO device as page-backed peer-to-peer memory
 *
 * VFIO_DEVICE_FEATURE_P2P_REGISTER. Once a BAR is registered its memory comes
 * from the device's p2pmem pool (p2pmem.h). The registration lives until it is
 * taken back or the VFIO file is closed, whichever comes first.
 */
#ifndef BARRAGE_P2P_H
#define BARRAGE_P2P_H

#include <stdint.h>

#include <barrage/vfio.h>

/* what registration wants of offset and length */
#define BRG_P2P_ALIGN (2ull << 20)

/**
 * struct brg_p2p_state - as the kernel tells it
 * @offset: into the BAR
 * @length: in bytes
 * @state: VFIO_P2P_STATE_*
 */
struct brg_p2p_state {
	uint64_t offset;
	uint64_t length;
	uint32_t state;
};

/**
 * brg_p2p_probe - does this kernel have the feature?
 * @vfio: open
 *
 * Return: 0; -ENOTTY where it has not; -errno; with brg_last_error() set.
 */
int brg_p2p_probe(const struct brg_vfio *vfio);

/**
 * brg_p2p_register - give a BAR pages
 * @vfio: open
 * @bar: number
 * @offset: into the BAR, a multiple of BRG_P2P_ALIGN
 * @length: a multiple as well; 0: the rest of the BAR
 *
 * Existing VFIO mappings of the BAR are taken away: touching them is SIGBUS.
 *
 * Return: 0; -errno of the kernel, with what it means here in
 * brg_last_error(): -EINVAL (index, alignment, bounds), -EOPNOTSUPP (kernel
 * without ZONE_DEVICE), -ENODEV (BAR not claimed), -EEXIST (registered
 * already), -EBUSY (exported as a dma-buf, or draining), -EIO (memory decoding
 * off, or low power), -EPERM, -ENOMEM, -ENOTTY (kernel without the feature).
 */
int brg_p2p_register(const struct brg_vfio *vfio, unsigned int bar,
		     uint64_t offset, uint64_t length);

/**
 * brg_p2p_unregister - take the pages away
 * @vfio: open
 * @bar: number
 * @timeout_ms: how long to wait for pinned pages; 0: the kernel's default
 *
 * Mappings of the memory are taken away: touching them is SIGBUS.
 *
 * Return: 0; -ENOENT where it is not registered; -ETIMEDOUT where I/O still
 * holds pages; -EINTR; -errno; with brg_last_error() set.
 */
int brg_p2p_unregister(const struct brg_vfio *vfio, unsigned int bar,
		       uint32_t timeout_ms);

/**
 * brg_p2p_query - ask for a BAR's registration
 * @vfio: open
 * @bar: number
 * @state: receives the answer
 *
 * Return: 0; -errno, with brg_last_error() set.
 */
int brg_p2p_query(const struct brg_vfio *vfio, unsigned int bar,
		  struct brg_p2p_state *state);

/**
 * brg_p2p_state_name - "none", "live", "frozen" or "draining"
 * @state: VFIO_P2P_STATE_*
 */
const char *brg_p2p_state_name(uint32_t state);

#endif
