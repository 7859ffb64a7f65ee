/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * importer - QEMU's edu as a device that imports dma-bufs, see importer-uapi.h
 *
 * Locks, from the outer to the inner:
 *
 *	importer_device.lock	its importers, when one comes or goes
 *	importer.lock		an importer's calls, one after the other
 *	importer_device.engine	the DMA engine
 *	dma_resv of the dma-buf	the mapping: exporters hold it when they notify
 *	importer.counts		what STATUS tells
 */
#ifndef IMPORTER_H
#define IMPORTER_H

#include "importer-uapi.h"

#include <linux/completion.h>
#include <linux/dma-buf.h>
#include <linux/dma-fence.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/**
 * struct importer_device - one edu
 * @ref: of the driver, and of each importer
 * @regs: valid while it is bound
 * @lock: of @importers
 * @engine: of the engine and @buffer
 * @done: the engine has raised its interrupt
 * @broken: it did not: it may do anything, but no more DMA
 * @buffer: host memory, to fill the device's own from and to read it to
 */
struct importer_device {
	struct kref ref;
	struct pci_dev *pdev;
	void __iomem *regs;
	struct miscdevice misc;
	struct mutex lock; /* @importers */
	struct list_head importers;
	struct mutex engine; /* its registers, and as above */
	struct completion done;
	bool broken;
	void *buffer;
	dma_addr_t buffer_dma;
};

/**
 * struct importer - one open file
 * @lock: of its calls, and of what no other lock is named for
 * @gone: its device is
 * @access: as in the last call to map it, 0 before
 * @ranges: of the last mapping
 * @fences: context of the fences: one for each importer, whose calls are in order,
 *	as a fence stands for all of its context that came before it
 * @seqno: of the last fence
 * @pinned: under the dma_resv of the dma-buf, as the following
 * @sgt: the mapping, NULL for none
 * @dir: of @sgt
 * @invalidated: @sgt is not to be used any more
 * @revoked: there was a notification
 * @fence: of the last DMA
 * @unmap: takes @sgt away later
 * @counts: of the rest
 * @told: @status.nr_notified as user space knows it
 * @wait: for that to change, or for @gone
 */
struct importer {
	struct importer_device *device;
	struct list_head node;
	struct mutex lock; /* calls */
	bool gone;
	struct dma_buf_attachment *attach;
	u32 mode;
	u32 access;
	struct barrage_importer_range *ranges;
	u32 nr_ranges;
	u64 fences;
	u64 seqno;

	bool pinned;
	struct sg_table *sgt;
	enum dma_data_direction dir;
	bool invalidated;
	bool revoked;
	struct dma_fence *fence;
	struct delayed_work unmap;

	spinlock_t counts; /* the rest */
	struct barrage_importer_status status;
	struct barrage_importer_delay delay;
	u64 told;
	wait_queue_head_t wait;
};

/* importer.c */
extern struct workqueue_struct *importer_workqueue;
void importer_device_put(struct importer_device *device);

/* importer-engine.c */
int importer_engine_init(struct importer_device *device);
int importer_engine_run(struct importer_device *device, dma_addr_t address,
			u32 buffer_offset, u32 length, bool to_memory);
int importer_load(struct importer *importer,
		  const struct barrage_importer_buffer *arg);
int importer_store(struct importer *importer,
		   const struct barrage_importer_buffer *arg);

/* importer-attach.c: all with importer->lock held */
int importer_attach(struct importer *importer,
		    struct barrage_importer_attach *arg);
int importer_detach(struct importer *importer, u64 *ns);

/* importer-map.c: with importer->lock held; the last three under dma_resv */
int importer_map(struct importer *importer, struct barrage_importer_map *arg);
int importer_unmap(struct importer *importer, u64 *ns);
int importer_map_locked(struct importer *importer);
void importer_unmap_locked(struct importer *importer);
void importer_invalidate(struct dma_buf_attachment *attach);
void importer_unmap_later(struct work_struct *work);

/* importer-dma.c: with importer->lock held */
int importer_dma(struct importer *importer, struct barrage_importer_dma *arg);

/* importer-file.c */
extern const struct file_operations importer_fops;
void importer_set_state(struct importer *importer,
			enum barrage_importer_state state);
void importer_abandon(struct importer *importer);

#endif
