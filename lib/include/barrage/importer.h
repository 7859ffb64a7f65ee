/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * importer - a device that imports dma-bufs and does DMA to and from them
 *
 * The device is QEMU's "edu", on the driver barrage-importer (kernel/modules,
 * built with the kernel; <importer-uapi.h> there has what each call means):
 *
 *	brg_pci_bind(bdf, BRG_IMPORTER_DRIVER, &binding);
 *	brg_importer_open(bdf, &importer);
 *	brg_importer_attach(&importer, fd, BRG_IMPORTER_REVOCABLE, NULL);
 *	brg_importer_map(&importer, BRG_IMPORTER_RW, NULL);
 *	brg_importer_write(&importer, 0, data, len);
 *	...
 *	brg_importer_close(&importer);
 *	brg_pci_restore(&binding);
 *
 * The device's engine takes 100 ms of the machine's time for each transfer of at
 * most 2 KiB. An importer may be used by several threads; their calls wait for
 * each other, but for brg_importer_status() and brg_importer_await().
 */
#ifndef BARRAGE_IMPORTER_H
#define BARRAGE_IMPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <barrage/pci.h>

#define BRG_IMPORTER_DRIVER "barrage-importer"

/* The device's own buffer, the most that one transfer moves */
#define BRG_IMPORTER_BUFFER_BYTES 2048

/* The longest delay, see brg_importer_delay() */
#define BRG_IMPORTER_MAX_DELAY_MS 20000

/** enum brg_importer_mode - as enum barrage_importer_mode */
enum brg_importer_mode {
	BRG_IMPORTER_REVOCABLE, /* pinned; gives up the memory for good */
	BRG_IMPORTER_DYNAMIC, /* not pinned; maps again for the next DMA */
	BRG_IMPORTER_PINNED, /* pinned; cannot be told anything */
	BRG_IMPORTER_STATIC, /* nor does it know of peers */
	BRG_IMPORTER_NO_PEERS, /* revocable, for host memory only */
};

/** enum brg_importer_access - what the device may do */
enum brg_importer_access {
	BRG_IMPORTER_READ = 1,
	BRG_IMPORTER_WRITE = 2,
	BRG_IMPORTER_RW = 3,
};

/** enum brg_importer_slow - as enum barrage_importer_slow */
enum brg_importer_slow {
	BRG_IMPORTER_SLOW_UNMAP, /* the mapping goes later */
	BRG_IMPORTER_SLOW_NOTIFY, /* the notification takes so long */
	BRG_IMPORTER_SLOW_FENCE, /* fences of DMA are signalled later */
};

/** enum brg_importer_state - as enum barrage_importer_state */
enum brg_importer_state {
	BRG_IMPORTER_DETACHED,
	BRG_IMPORTER_ATTACHED,
	BRG_IMPORTER_MAPPED,
	BRG_IMPORTER_INVALIDATED, /* not to be used; not unmapped yet */
	BRG_IMPORTER_REVOKED, /* the exporter wanted it */
};

/** struct brg_importer - an open importer; @fd is -1 where closed */
struct brg_importer {
	char bdf[BRG_PCI_BDF_BYTES];
	int fd;
};

/**
 * struct brg_importer_status - counts since it was opened
 * @nr_maps: a dynamic importer's own included
 * @nr_notified: invalidations that the exporter told of
 * @nr_invalidated: those that ended a mapping
 * @notified_ns: brg_clock_now_ns() of the last of those
 * @unmapped_ns: when the mapping was gone; 0: not yet
 * @sum_ns: of the times between, of all
 * @max_ns: the longest
 */
struct brg_importer_status {
	enum brg_importer_state state;
	enum brg_importer_mode mode;
	uint64_t nr_maps;
	uint64_t nr_unmaps;
	uint64_t nr_notified;
	uint64_t nr_invalidated;
	uint64_t nr_dmas;
	uint64_t nr_stale_dmas;
	uint64_t notified_ns;
	uint64_t unmapped_ns;
	uint64_t sum_ns;
	uint64_t max_ns;
};

/** struct brg_importer_range - DMA addresses of a part of the mapping */
struct brg_importer_range {
	uint64_t address;
	uint64_t length_bytes;
};

/**
 * struct brg_importer_dma - one transfer
 * @to_dmabuf: from the device's buffer; otherwise the other way
 * @stale: misbehave: use the addresses of the last mapping whether or not it is
 *	still there
 * @offset: into the dma-buf
 * @buffer_offset: into the device's buffer
 * @length_bytes: 1 to the buffer's end
 * @first: out: DMA address of the first byte
 * @ns: out: from the start of the engine to its interrupt
 */
struct brg_importer_dma {
	bool to_dmabuf;
	bool stale;
	uint64_t offset;
	uint32_t buffer_offset;
	uint32_t length_bytes;
	uint64_t first;
	uint64_t ns;
};

/**
 * brg_importer_open - a new importer on behalf of a device
 * @bdf: on BRG_IMPORTER_DRIVER
 * @importer: receives it; fd -1 on failure
 *
 * Return: 0; -ENODEV where the device is not on that driver; -EACCES, -EPERM;
 * -errno; with brg_last_error() set.
 */
int brg_importer_open(const char *bdf, struct brg_importer *importer);

/**
 * brg_importer_close - close it; a closed one is fine
 *
 * Unmaps and detaches; waits for DMA that runs.
 */
void brg_importer_close(struct brg_importer *importer);

/**
 * brg_importer_attach - attach a dma-buf, which this keeps
 * @importer: open, with nothing attached
 * @fd: of the dma-buf; 0 is as good as any
 * @mode: what kind of importer this is
 * @ns: receives what the kernel's dma-buf functions took, or NULL
 *
 * Follows dma_buf_dynamic_attach(), dma_buf_attach(), dma_buf_pin().
 *
 * Return: 0; -EBUSY; -EBADF, -EINVAL (no dma-buf); the exporter's refusal:
 * vfio-pci has -EOPNOTSUPP for all modes but BRG_IMPORTER_REVOCABLE and
 * BRG_IMPORTER_DYNAMIC, and -ENODEV for what it has revoked; with
 * brg_last_error() set.
 */
int brg_importer_attach(const struct brg_importer *importer, int fd,
			enum brg_importer_mode mode, uint64_t *ns);

/**
 * brg_importer_detach - unmap and detach
 * @importer: open
 * @ns: receives what that took, or NULL
 *
 * Return: 0; -ENOTCONN where nothing is attached; -errno, with
 * brg_last_error() set.
 */
int brg_importer_detach(const struct brg_importer *importer, uint64_t *ns);

/**
 * brg_importer_map - have the device see the memory
 * @importer: with something attached that is not mapped
 * @access: what the device is to do with it
 * @ns: receives what dma_buf_map_attachment() took, or NULL
 *
 * Return: 0; -ENOTCONN; -EBUSY; -ESTALE where it was revoked and the mode maps
 * only once; -ERANGE where the device does not reach so far; the exporter's
 * refusal: -ENODEV for what is revoked; with brg_last_error() set.
 */
int brg_importer_map(const struct brg_importer *importer,
		     enum brg_importer_access access, uint64_t *ns);

/**
 * brg_importer_unmap - the opposite
 *
 * Return: 0; -ENOTCONN; -ENOENT where it is not mapped; with brg_last_error()
 * set.
 */
int brg_importer_unmap(const struct brg_importer *importer, uint64_t *ns);

/**
 * brg_importer_ranges - DMA addresses of the mapping that there was last
 * @importer: open
 * @ranges: receives up to @max
 * @max: room in @ranges
 *
 * Return: how many there are, which may be more than @max; -ENOENT where there
 * was no mapping; -errno; with brg_last_error() set.
 */
int brg_importer_ranges(const struct brg_importer *importer,
			struct brg_importer_range *ranges, size_t max);

/**
 * brg_importer_dma - one transfer between the dma-buf and the device's buffer
 * @importer: with something mapped
 * @dma: what; receives how
 *
 * Blocks until the interrupt. A dynamic importer maps first where it has lost
 * the mapping.
 *
 * Return: 0; -EACCES (not mapped for that); -EINVAL (not inside); -ENOTCONN,
 * -ENOENT, -ESTALE, -ENODEV, -EAGAIN as struct barrage_importer_dma has them;
 * -ETIMEDOUT, -EIO; with brg_last_error() set.
 */
int brg_importer_dma(const struct brg_importer *importer,
		     struct brg_importer_dma *dma);

/**
 * brg_importer_load - copy from the device's buffer, by DMA
 * @importer: open; nothing need be attached
 * @offset: into the device's buffer
 * @data: receives @len bytes
 * @len: 1 to the buffer's end
 *
 * Return: 0; -EINVAL; -ETIMEDOUT, -EIO; -errno; with brg_last_error() set.
 */
int brg_importer_load(const struct brg_importer *importer, uint32_t offset,
		      void *data, size_t len);

/** brg_importer_store - copy to the device's buffer; see brg_importer_load() */
int brg_importer_store(const struct brg_importer *importer, uint32_t offset,
		       const void *data, size_t len);

/**
 * brg_importer_read - copy from the dma-buf, by the device
 * @importer: with something mapped
 * @offset: into the dma-buf
 * @data: receives @len bytes
 * @len: any; each 2 KiB take two transfers
 *
 * Goes through the device's buffer, whose content is lost.
 *
 * Return: as brg_importer_dma() and brg_importer_load().
 */
int brg_importer_read(const struct brg_importer *importer, uint64_t offset,
		      void *data, size_t len);

/** brg_importer_write - copy to the dma-buf; see brg_importer_read() */
int brg_importer_write(const struct brg_importer *importer, uint64_t offset,
		       const void *data, size_t len);

/**
 * brg_importer_delay - be slow to give up what the exporter wants back
 * @importer: open
 * @slow: in which way
 * @ms: how slow; 0, as at first, for not at all
 *
 * Return: 0; -EINVAL past BRG_IMPORTER_MAX_DELAY_MS; -errno; with
 * brg_last_error() set.
 */
int brg_importer_delay(const struct brg_importer *importer,
		       enum brg_importer_slow slow, unsigned int ms);

/**
 * brg_importer_status - what has happened so far
 *
 * Return: 0; -errno, with brg_last_error() set.
 */
int brg_importer_status(const struct brg_importer *importer,
			struct brg_importer_status *status);

/**
 * brg_importer_await - wait for invalidations
 * @importer: open
 * @nr_notified: return as soon as the exporter told of so many
 * @timeout_ms: wait no longer
 *
 * Return: 0; -ETIMEDOUT; -ENODEV where the device went away; -errno, with
 * brg_last_error() set.
 */
int brg_importer_await(const struct brg_importer *importer,
		       uint64_t nr_notified, unsigned int timeout_ms);

#endif
