// SPDX-License-Identifier: GPL-2.0-only
/* Mappings, and how the exporter takes them back */
#include "importer.h"

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/overflow.h>
#include <linux/slab.h>

/* The addresses, for user space and for DMA that outlives the mapping */
static int importer_remember(struct importer *importer, struct sg_table *sgt)
{
	const u64 reach = dma_get_mask(&importer->device->pdev->dev);
	struct barrage_importer_range *ranges;
	struct scatterlist *sg;
	int i;

	ranges = kvcalloc(sgt->nents, sizeof(*ranges), GFP_KERNEL);
	if (!ranges)
		return -ENOMEM;
	for_each_sgtable_dma_sg(sgt, sg, i) {
		ranges[i].address = sg_dma_address(sg);
		ranges[i].length = sg_dma_len(sg);
		/* An address on the bus was not made for this device */
		if (ranges[i].address > reach ||
		    ranges[i].length - 1 > reach - ranges[i].address) {
			kvfree(ranges);
			return -ERANGE;
		}
	}
	kvfree(importer->ranges);
	importer->ranges = ranges;
	importer->nr_ranges = sgt->nents;
	return 0;
}

/* Map it as importer->access says */
int importer_map_locked(struct importer *importer)
{
	struct dma_buf_attachment *attach = importer->attach;
	struct sg_table *sgt;
	int ret;

	lockdep_assert_held(&importer->lock);
	dma_resv_assert_held(attach->dmabuf->resv);

	if (importer->sgt)
		return importer->invalidated ? -EAGAIN : -EBUSY;
	if (importer->revoked && importer->mode != BARRAGE_IMPORTER_DYNAMIC)
		return -ESTALE;

	if (importer->access == BARRAGE_IMPORTER_READ)
		importer->dir = DMA_TO_DEVICE;
	else if (importer->access == BARRAGE_IMPORTER_WRITE)
		importer->dir = DMA_FROM_DEVICE;
	else
		importer->dir = DMA_BIDIRECTIONAL;
	sgt = dma_buf_map_attachment(attach, importer->dir);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	ret = importer_remember(importer, sgt);
	if (ret) {
		dma_buf_unmap_attachment(attach, sgt, importer->dir);
		return ret;
	}
	importer->sgt = sgt;
	importer->invalidated = false;
	importer->revoked = false;
	scoped_guard(spinlock, &importer->counts) {
		importer->status.state = BARRAGE_IMPORTER_MAPPED;
		importer->status.nr_maps++;
	}
	return 0;
}

int importer_map(struct importer *importer, struct barrage_importer_map *arg)
{
	struct dma_buf_attachment *attach = importer->attach;
	u32 access = importer->access;
	u64 start;
	int ret;

	lockdep_assert_held(&importer->lock);

	if (!arg->access ||
	    arg->access & ~(BARRAGE_IMPORTER_READ | BARRAGE_IMPORTER_WRITE))
		return -EINVAL;
	if (!attach)
		return -ENOTCONN;
	ret = dma_resv_lock_interruptible(attach->dmabuf->resv, NULL);
	if (ret)
		return ret;
	importer->access = arg->access;
	start = ktime_get_ns();
	ret = importer_map_locked(importer);
	arg->ns = ktime_get_ns() - start;
	if (ret)
		importer->access = access;
	dma_resv_unlock(attach->dmabuf->resv);
	arg->nr_ranges = importer->nr_ranges;
	return ret;
}

void importer_unmap_locked(struct importer *importer)
{
	struct barrage_importer_status *status = &importer->status;
	struct dma_buf_attachment *attach = importer->attach;
	u64 now;

	dma_resv_assert_held(attach->dmabuf->resv);

	dma_buf_unmap_attachment(attach, importer->sgt, importer->dir);
	importer->sgt = NULL;
	/* As the drivers do that take a revocation for final */
	if (importer->invalidated && importer->pinned) {
		dma_buf_unpin(attach);
		importer->pinned = false;
	}

	guard(spinlock)(&importer->counts);

	status->nr_unmaps++;
	status->state = importer->invalidated ? BARRAGE_IMPORTER_REVOKED :
						BARRAGE_IMPORTER_ATTACHED;
	if (!importer->invalidated)
		return;
	importer->invalidated = false;
	status->unmapped_ns = ktime_get_ns();
	now = status->unmapped_ns - status->notified_ns;
	status->sum_ns += now;
	status->max_ns = max(status->max_ns, now);
}

int importer_unmap(struct importer *importer, u64 *ns)
{
	struct dma_buf_attachment *attach = importer->attach;
	int ret = -ENOENT;
	u64 start;

	lockdep_assert_held(&importer->lock);

	if (!attach)
		return -ENOTCONN;
	dma_resv_lock(attach->dmabuf->resv, NULL);
	start = ktime_get_ns();
	if (importer->sgt) {
		importer_unmap_locked(importer);
		ret = 0;
	}
	*ns = ktime_get_ns() - start;
	/* Nor does a dynamic one map it for the next DMA */
	importer->access = 0;
	dma_resv_unlock(attach->dmabuf->resv);
	/* It must not come to meet the next mapping */
	cancel_delayed_work_sync(&importer->unmap);
	return ret;
}

void importer_unmap_later(struct work_struct *work)
{
	struct importer *importer =
		container_of(work, struct importer, unmap.work);
	struct dma_resv *resv = importer->attach->dmabuf->resv;
	struct dma_fence *fence;

	dma_resv_lock(resv, NULL);
	fence = dma_fence_get(importer->fence);
	dma_resv_unlock(resv);
	/* As long as a call takes: see importer_dma() */
	if (fence)
		dma_fence_wait(fence, false);
	dma_fence_put(fence);

	dma_resv_lock(resv, NULL);
	if (importer->sgt && importer->invalidated)
		importer_unmap_locked(importer);
	dma_resv_unlock(resv);
}

/*
 * The exporter wants its memory back. DMA that runs is in a fence, for which the
 * exporter waits; there will be no other by this mapping, see importer_dma().
 */
void importer_invalidate(struct dma_buf_attachment *attach)
{
	struct importer *importer = attach->importer_priv;
	struct barrage_importer_delay delay;
	bool ends, running;

	dma_resv_assert_held(attach->dmabuf->resv);

	importer->revoked = true;
	ends = importer->sgt && !importer->invalidated;
	scoped_guard(spinlock, &importer->counts) {
		delay = importer->delay;
		importer->status.nr_notified++;
		if (ends) {
			importer->status.nr_invalidated++;
			importer->status.state = BARRAGE_IMPORTER_INVALIDATED;
			importer->status.notified_ns = ktime_get_ns();
			importer->status.unmapped_ns = 0;
		}
	}
	wake_up_all(&importer->wait);
	if (!ends)
		return;

	importer->invalidated = true;
	if (delay.slow == BARRAGE_IMPORTER_SLOW_NOTIFY)
		msleep(delay.ms);
	running = importer->fence && !dma_fence_is_signaled(importer->fence);
	if (delay.slow != BARRAGE_IMPORTER_SLOW_UNMAP)
		delay.ms = 0;
	if (running || delay.ms)
		queue_delayed_work(importer_workqueue, &importer->unmap,
				   msecs_to_jiffies(delay.ms));
	else
		importer_unmap_locked(importer);
}
