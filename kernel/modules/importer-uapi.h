/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * What user space says to barrage-importer, a driver that imports dma-bufs on
 * behalf of QEMU's device "edu", for tests.
 *
 * Each device on the driver has a file /dev/barrage-importer/<address>. Each
 * time that this is opened there is a new importer, with one attachment at
 * most; several of one device take turns with its DMA engine. The engine moves
 * bytes between an imported dma-buf and the device's own buffer, which is all
 * that a device has to do to be caught at using memory that it has lost.
 *
 * The calls of one importer wait for each other, but for BARRAGE_IMPORTER_STATUS
 * and poll(), which says POLLIN while there are invalidations that STATUS has
 * not told yet.
 *
 * All are bounded. A transfer takes the engine 100 ms, and is given up after
 * 10 s; DMA of a dma-buf is one for each range that it touches. Before it, DMA
 * waits for what others do with that dma-buf, as their fences say, for 40 s at
 * most, and importers of the same device that want the engine wait with it.
 * A delay that was asked for adds BARRAGE_IMPORTER_MAX_DELAY_MS at most. What
 * the exporter, or another user of the dma-buf, does with its lock held comes on
 * top of that.
 *
 * EFAULT is told after the fact where there was no room for what a call returns:
 * what it made is there, and goes with the file at the latest.
 */
#ifndef BARRAGE_IMPORTER_UAPI_H
#define BARRAGE_IMPORTER_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * The device's own buffer, as far as it is used: the other half's last byte ends
 * QEMU before 8.1, which takes it for one beyond.
 */
#define BARRAGE_IMPORTER_BUFFER_BYTES 2048

#define BARRAGE_IMPORTER_MAX_DELAY_MS 20000

/**
 * enum barrage_importer_mode - what kind of importer
 * @BARRAGE_IMPORTER_REVOCABLE: pins, and gives the memory up when told so, for
 *	good: it never maps again
 * @BARRAGE_IMPORTER_DYNAMIC: does not pin; when told so it gives the mapping up,
 *	and makes another for the next DMA
 * @BARRAGE_IMPORTER_PINNED: pins, and cannot be told anything
 * @BARRAGE_IMPORTER_STATIC: dma_buf_attach(): knows nothing of peers either
 * @BARRAGE_IMPORTER_NO_PEERS: as REVOCABLE, but for host memory only
 */
enum barrage_importer_mode {
	BARRAGE_IMPORTER_REVOCABLE,
	BARRAGE_IMPORTER_DYNAMIC,
	BARRAGE_IMPORTER_PINNED,
	BARRAGE_IMPORTER_STATIC,
	BARRAGE_IMPORTER_NO_PEERS,
};

/**
 * struct barrage_importer_attach - BARRAGE_IMPORTER_ATTACH
 * @fd: of the dma-buf, which the importer keeps
 * @mode: enum barrage_importer_mode
 * @size: out: bytes of the dma-buf
 * @ns: out: what the kernel's dma-buf functions took
 *
 * EBUSY: it has an attachment; EBADF, EINVAL: no dma-buf; others are what the
 * exporter says.
 */
struct barrage_importer_attach {
	__s32 fd;
	__u32 mode;
	__aligned_u64 size;
	__aligned_u64 ns;
};

/* What the device may do with the memory */
#define BARRAGE_IMPORTER_READ 0x1
#define BARRAGE_IMPORTER_WRITE 0x2

/**
 * struct barrage_importer_map - BARRAGE_IMPORTER_MAP
 * @access: BARRAGE_IMPORTER_READ, BARRAGE_IMPORTER_WRITE or both; a dynamic
 *	importer uses it again by itself
 * @nr_ranges: out: DMA ranges; their sum is the dma-buf's size
 * @ns: out: what mapping took
 *
 * ENOTCONN: no attachment; EBUSY: it is mapped; ESTALE: it has been revoked, and
 * this importer does not map again; ERANGE: the device cannot reach that address;
 * others are what the exporter says.
 */
struct barrage_importer_map {
	__u32 access;
	__u32 nr_ranges;
	__aligned_u64 ns;
};

/**
 * struct barrage_importer_undo - BARRAGE_IMPORTER_UNMAP, BARRAGE_IMPORTER_DETACH
 * @ns: out: what it took; of a detachment, with the unmapping where there was a
 *	mapping
 *
 * UNMAP: ENOTCONN: no attachment; ENOENT: no mapping. DETACH: ENOTCONN.
 */
struct barrage_importer_undo {
	__aligned_u64 ns;
};

/* From the device's buffer to the dma-buf; without it the other way */
#define BARRAGE_IMPORTER_DMA_TO_DMABUF 0x1

/*
 * Misbehave: use the addresses of the mapping that there was last, whether or not
 * there still is one. No fence tells of this DMA.
 */
#define BARRAGE_IMPORTER_DMA_STALE 0x2

/**
 * struct barrage_importer_dma - BARRAGE_IMPORTER_DMA
 * @flags: BARRAGE_IMPORTER_DMA_*
 * @buffer_offset: into the device's buffer
 * @offset: into the dma-buf
 * @length: bytes, at least 1, to the buffer's end at most
 * @first: out: the DMA address of the first byte
 * @ns: out: from the start of the engine to its interrupt
 *
 * EACCES: not mapped for that; ENOTCONN, ESTALE, ENOENT as above, ENODEV where a
 * dynamic importer cannot map it again; EAGAIN: it is being invalidated; ETIMEDOUT:
 * no interrupt came, and nothing more will be tried; EIO: that was before.
 */
struct barrage_importer_dma {
	__u32 flags;
	__u32 buffer_offset;
	__aligned_u64 offset;
	__u32 length;
	__u32 reserved;
	__aligned_u64 first;
	__aligned_u64 ns;
};

/**
 * struct barrage_importer_buffer - BARRAGE_IMPORTER_LOAD, BARRAGE_IMPORTER_STORE
 * @data: pointer to user space's memory
 * @offset: into the device's buffer
 * @length: bytes, to the buffer's end at most
 *
 * LOAD is from the device's buffer to user space, STORE the opposite, both by DMA
 * of host memory: the buffer has no other way in or out.
 */
struct barrage_importer_buffer {
	__aligned_u64 data;
	__u32 offset;
	__u32 length;
};

/**
 * enum barrage_importer_slow - how an importer is slow to give the memory up
 * @BARRAGE_IMPORTER_SLOW_UNMAP: the notification returns, the mapping goes later
 * @BARRAGE_IMPORTER_SLOW_NOTIFY: the notification itself takes so long
 * @BARRAGE_IMPORTER_SLOW_FENCE: the fence of a DMA is signalled so much later
 */
enum barrage_importer_slow {
	BARRAGE_IMPORTER_SLOW_UNMAP,
	BARRAGE_IMPORTER_SLOW_NOTIFY,
	BARRAGE_IMPORTER_SLOW_FENCE,
};

/**
 * struct barrage_importer_delay - BARRAGE_IMPORTER_DELAY
 * @ms: 0 to BARRAGE_IMPORTER_MAX_DELAY_MS
 * @slow: enum barrage_importer_slow
 *
 * From the next invalidation, or the next DMA, on.
 */
struct barrage_importer_delay {
	__u32 ms;
	__u32 slow;
};

/**
 * enum barrage_importer_state - of the attachment
 * @BARRAGE_IMPORTER_DETACHED: there is none
 * @BARRAGE_IMPORTER_ATTACHED: it is not mapped
 * @BARRAGE_IMPORTER_MAPPED: it is
 * @BARRAGE_IMPORTER_INVALIDATED: it must not be used, but is not unmapped yet
 * @BARRAGE_IMPORTER_REVOKED: unmapped because the exporter wanted it; only
 *	BARRAGE_IMPORTER_DYNAMIC may map it again
 */
enum barrage_importer_state {
	BARRAGE_IMPORTER_DETACHED,
	BARRAGE_IMPORTER_ATTACHED,
	BARRAGE_IMPORTER_MAPPED,
	BARRAGE_IMPORTER_INVALIDATED,
	BARRAGE_IMPORTER_REVOKED,
};

/**
 * struct barrage_importer_status - BARRAGE_IMPORTER_STATUS
 * @state: enum barrage_importer_state
 * @mode: of the attachment
 * @nr_maps: mappings made, those that a dynamic importer made by itself included
 * @nr_unmaps: mappings given up
 * @nr_notified: invalidations that the exporter told of, whether or not there
 *	was a mapping
 * @nr_invalidated: those that ended a mapping
 * @nr_dmas: of the imported dma-buf, the stale ones included
 * @nr_stale_dmas: those
 * @notified_ns: CLOCK_MONOTONIC, when the last one that ended a mapping was told
 * @unmapped_ns: when that mapping was gone; 0: not yet
 * @sum_ns: of the times between, of all
 * @max_ns: the longest
 *
 * Counts are of the file, from its opening on.
 */
struct barrage_importer_status {
	__u32 state;
	__u32 mode;
	__aligned_u64 nr_maps;
	__aligned_u64 nr_unmaps;
	__aligned_u64 nr_notified;
	__aligned_u64 nr_invalidated;
	__aligned_u64 nr_dmas;
	__aligned_u64 nr_stale_dmas;
	__aligned_u64 notified_ns;
	__aligned_u64 unmapped_ns;
	__aligned_u64 sum_ns;
	__aligned_u64 max_ns;
};

/** struct barrage_importer_range - a part of the mapping, as the device sees it */
struct barrage_importer_range {
	__aligned_u64 address;
	__aligned_u64 length;
};

/**
 * struct barrage_importer_ranges - BARRAGE_IMPORTER_RANGES
 * @ranges: pointer to struct barrage_importer_range
 * @nr: in: room there; out: how many there are, of which as many as fit are
 *	stored
 *
 * Those of the mapping that there was last; ENOENT: there was none.
 */
struct barrage_importer_ranges {
	__aligned_u64 ranges;
	__u32 nr;
	__u32 reserved;
};

#define BARRAGE_IMPORTER_IOC 0xBA
#define BARRAGE_IMPORTER_ATTACH                                                \
	_IOWR(BARRAGE_IMPORTER_IOC, 0, struct barrage_importer_attach)
#define BARRAGE_IMPORTER_DETACH                                                \
	_IOR(BARRAGE_IMPORTER_IOC, 1, struct barrage_importer_undo)
#define BARRAGE_IMPORTER_MAP                                                   \
	_IOWR(BARRAGE_IMPORTER_IOC, 2, struct barrage_importer_map)
#define BARRAGE_IMPORTER_UNMAP                                                 \
	_IOR(BARRAGE_IMPORTER_IOC, 3, struct barrage_importer_undo)
#define BARRAGE_IMPORTER_DMA                                                   \
	_IOWR(BARRAGE_IMPORTER_IOC, 4, struct barrage_importer_dma)
#define BARRAGE_IMPORTER_LOAD                                                  \
	_IOW(BARRAGE_IMPORTER_IOC, 5, struct barrage_importer_buffer)
#define BARRAGE_IMPORTER_STORE                                                 \
	_IOW(BARRAGE_IMPORTER_IOC, 6, struct barrage_importer_buffer)
#define BARRAGE_IMPORTER_DELAY                                                 \
	_IOW(BARRAGE_IMPORTER_IOC, 7, struct barrage_importer_delay)
#define BARRAGE_IMPORTER_STATUS                                                \
	_IOR(BARRAGE_IMPORTER_IOC, 8, struct barrage_importer_status)
#define BARRAGE_IMPORTER_RANGES                                                \
	_IOWR(BARRAGE_IMPORTER_IOC, 9, struct barrage_importer_ranges)

#endif
