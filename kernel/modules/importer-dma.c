// SPDX-License-Identifier: GPL-2.0-only
/* DMA between the dma-buf and the device's buffer */
#include "importer.h"

#include <linux/dma-resv.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

/* The longest that another importer's fence takes, and some more */
#define FENCES_TIMEOUT msecs_to_jiffies(BARRAGE_IMPORTER_MAX_DELAY_MS + 20000)

static const char *importer_driver_name(struct dma_fence *fence)
{
	return "barrage-importer";
}

static const char *importer_timeline_name(struct dma_fence *fence)
{
	return "edu";
}

/* No release, no wait: with the signal the fence is no longer this module's */
static const struct dma_fence_ops importer_fence_ops = {
	.get_driver_name = importer_driver_name,
	.get_timeline_name = importer_timeline_name,
};

static struct dma_fence *importer_fence_create(struct importer *importer)
{
	struct dma_fence *fence;

	lockdep_assert_held(&importer->lock);

	fence = kzalloc_obj(*fence);
	if (fence)
		dma_fence_init64(fence, &importer_fence_ops, NULL,
				 importer->fences, ++importer->seqno);
	return fence;
}

static int importer_check_dma(const struct importer *importer,
			      const struct barrage_importer_dma *arg)
{
	const u32 access = arg->flags & BARRAGE_IMPORTER_DMA_TO_DMABUF ?
				   BARRAGE_IMPORTER_WRITE :
				   BARRAGE_IMPORTER_READ;
	const size_t size = importer->attach->dmabuf->size;

	if (arg->offset >= size || arg->length > size - arg->offset)
		return -EINVAL;
	/* It does not care what it may do */
	if (arg->flags & BARRAGE_IMPORTER_DMA_STALE)
		return importer->ranges ? 0 : -ENOENT;
	if (!importer->access)
		return -ENOENT;
	return importer->access & access ? 0 : -EACCES;
}

/*
 * Have a mapping for DMA, and everybody before us out of the way. The engine is
 * held all the while: other importers of the device have to wait as well.
 */
static int importer_prepare(struct importer *importer, bool write)
{
	struct dma_resv *resv = importer->attach->dmabuf->resv;
	long left;
	int ret = 0;

	dma_resv_assert_held(resv);

	if (importer->sgt && importer->invalidated)
		return -EAGAIN;
	if (!importer->sgt) {
		if (!importer->revoked)
			return -ENOENT;
		/* -ESTALE but for a dynamic one */
		ret = importer_map_locked(importer);
	}
	if (!ret)
		ret = dma_resv_reserve_fences(resv, 1);
	if (ret)
		return ret;
	left = dma_resv_wait_timeout(resv, dma_resv_usage_rw(write), true,
				     FENCES_TIMEOUT);
	if (left < 0)
		return left;
	return left ? 0 : -ETIMEDOUT;
}

/* The addresses do not change without importer->lock */
static int importer_transfer(struct importer *importer,
			     struct barrage_importer_dma *arg)
{
	const bool write = arg->flags & BARRAGE_IMPORTER_DMA_TO_DMABUF;
	u32 done = 0, part, i;
	u64 start = ktime_get_ns(), offset = arg->offset;
	int ret;

	for (i = 0; i < importer->nr_ranges && done < arg->length; i++) {
		const struct barrage_importer_range *range =
			&importer->ranges[i];

		if (offset >= range->length) {
			offset -= range->length;
			continue;
		}
		part = min_t(u64, arg->length - done, range->length - offset);
		if (!done)
			arg->first = range->address + offset;
		ret = importer_engine_run(importer->device,
					  range->address + offset,
					  arg->buffer_offset + done, part,
					  write);
		if (ret)
			return ret;
		done += part;
		offset = 0;
	}
	arg->ns = ktime_get_ns() - start;
	return done == arg->length ? 0 : -EINVAL;
}

static void importer_count_dma(struct importer *importer, bool stale)
{
	guard(spinlock)(&importer->counts);

	importer->status.nr_dmas++;
	importer->status.nr_stale_dmas += stale;
}

/* What no importer may do */
static int importer_dma_stale(struct importer *importer,
			      struct barrage_importer_dma *arg)
{
	scoped_cond_guard(mutex_intr, return -ERESTARTSYS,
			  &importer->device->engine) {
		importer_count_dma(importer, true);
		return importer_transfer(importer, arg);
	}
	return 0;
}

static void importer_be_slow(struct importer *importer)
{
	struct barrage_importer_delay delay;

	scoped_guard(spinlock, &importer->counts)
		delay = importer->delay;
	if (delay.ms && delay.slow == BARRAGE_IMPORTER_SLOW_FENCE)
		schedule_timeout_killable(msecs_to_jiffies(delay.ms));
}

static int importer_dma_fenced(struct importer *importer,
			       struct barrage_importer_dma *arg)
{
	const bool write = arg->flags & BARRAGE_IMPORTER_DMA_TO_DMABUF;
	struct dma_resv *resv = importer->attach->dmabuf->resv;
	struct importer_device *device = importer->device;
	struct dma_fence *fence;
	bool cookie;
	int ret;

	ret = mutex_lock_interruptible(&device->engine);
	if (ret)
		return ret;
	fence = importer_fence_create(importer);
	ret = fence ? dma_resv_lock_interruptible(resv, NULL) : -ENOMEM;
	if (ret)
		goto err_engine;
	ret = importer_prepare(importer, write);
	if (ret)
		goto err_resv;

	/* From here to the signal, others wait for us and we for nobody */
	cookie = dma_fence_begin_signalling();
	dma_resv_add_fence(resv, fence,
			   write ? DMA_RESV_USAGE_WRITE : DMA_RESV_USAGE_READ);
	swap(fence, importer->fence);
	dma_resv_unlock(resv);

	importer_count_dma(importer, false);
	ret = importer_transfer(importer, arg);
	mutex_unlock(&device->engine);
	importer_be_slow(importer);
	if (ret)
		dma_fence_set_error(importer->fence, ret);
	dma_fence_signal(importer->fence);
	dma_fence_end_signalling(cookie);
	dma_fence_put(fence);
	return ret;

err_resv:
	dma_resv_unlock(resv);
err_engine:
	mutex_unlock(&device->engine);
	/* It must not go unsignalled, though nobody has seen it */
	if (fence)
		dma_fence_signal(fence);
	dma_fence_put(fence);
	return ret;
}

int importer_dma(struct importer *importer, struct barrage_importer_dma *arg)
{
	const u32 known =
		BARRAGE_IMPORTER_DMA_TO_DMABUF | BARRAGE_IMPORTER_DMA_STALE;
	int ret;

	lockdep_assert_held(&importer->lock);

	if (arg->flags & ~known || arg->reserved || !arg->length ||
	    arg->length > BARRAGE_IMPORTER_BUFFER_BYTES ||
	    arg->buffer_offset > BARRAGE_IMPORTER_BUFFER_BYTES - arg->length)
		return -EINVAL;
	if (!importer->attach)
		return -ENOTCONN;
	ret = importer_check_dma(importer, arg);
	if (ret)
		return ret;
	if (arg->flags & BARRAGE_IMPORTER_DMA_STALE)
		return importer_dma_stale(importer, arg);
	return importer_dma_fenced(importer, arg);
}
