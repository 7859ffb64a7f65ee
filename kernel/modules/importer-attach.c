// SPDX-License-Identifier: GPL-2.0-only
/* Being one of a dma-buf's users */
#include "importer.h"

#include <linux/dma-resv.h>
#include <linux/slab.h>

/* What each mode tells the exporter that it can do, and whether it pins */
static const struct importer_kind {
	struct dma_buf_attach_ops ops;
	bool has_ops;
	bool pins;
} importer_kinds[] = {
	[BARRAGE_IMPORTER_REVOCABLE] = {
		.ops = { .allow_peer2peer = true,
			 .invalidate_mappings = importer_invalidate },
		.has_ops = true,
		.pins = true,
	},
	[BARRAGE_IMPORTER_DYNAMIC] = {
		.ops = { .allow_peer2peer = true,
			 .invalidate_mappings = importer_invalidate },
		.has_ops = true,
	},
	[BARRAGE_IMPORTER_PINNED] = {
		.ops = { .allow_peer2peer = true },
		.has_ops = true,
		.pins = true,
	},
	[BARRAGE_IMPORTER_STATIC] = {},
	[BARRAGE_IMPORTER_NO_PEERS] = {
		.ops = { .invalidate_mappings = importer_invalidate },
		.has_ops = true,
		.pins = true,
	},
};

static int importer_pin(struct dma_buf_attachment *attach)
{
	struct importer *importer = attach->importer_priv;
	struct dma_resv *resv = attach->dmabuf->resv;
	int ret;

	ret = dma_resv_lock_interruptible(resv, NULL);
	if (ret)
		return ret;
	ret = dma_buf_pin(attach);
	importer->pinned = !ret;
	dma_resv_unlock(resv);
	return ret;
}

static struct dma_buf_attachment *
importer_attach_as(struct importer *importer, struct dma_buf *dmabuf,
		   const struct importer_kind *kind)
{
	struct device *dev = &importer->device->pdev->dev;
	struct dma_buf_attachment *attach;
	int ret;

	if (!kind->has_ops)
		return dma_buf_attach(dmabuf, dev);
	attach = dma_buf_dynamic_attach(dmabuf, dev, &kind->ops, importer);
	if (IS_ERR(attach) || !kind->pins)
		return attach;
	ret = importer_pin(attach);
	if (ret) {
		dma_buf_detach(dmabuf, attach);
		return ERR_PTR(ret);
	}
	return attach;
}

int importer_attach(struct importer *importer,
		    struct barrage_importer_attach *arg)
{
	struct dma_buf_attachment *attach;
	struct dma_buf *dmabuf;
	u64 start;

	lockdep_assert_held(&importer->lock);

	if (arg->mode >= ARRAY_SIZE(importer_kinds))
		return -EINVAL;
	if (importer->attach)
		return -EBUSY;
	dmabuf = dma_buf_get(arg->fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	/* There is nobody yet who could notify */
	WRITE_ONCE(importer->mode, arg->mode);
	importer->access = 0;
	importer->revoked = false;
	start = ktime_get_ns();
	attach = importer_attach_as(importer, dmabuf,
				    &importer_kinds[arg->mode]);
	arg->ns = ktime_get_ns() - start;
	if (IS_ERR(attach)) {
		dma_buf_put(dmabuf);
		return PTR_ERR(attach);
	}
	arg->size = dmabuf->size;
	importer->attach = attach;
	importer_set_state(importer, BARRAGE_IMPORTER_ATTACHED);
	return 0;
}

int importer_detach(struct importer *importer, u64 *ns)
{
	struct dma_buf_attachment *attach = importer->attach;
	struct dma_buf *dmabuf;
	u64 start;

	lockdep_assert_held(&importer->lock);

	if (!attach)
		return -ENOTCONN;
	dmabuf = attach->dmabuf;
	start = ktime_get_ns();
	dma_resv_lock(dmabuf->resv, NULL);
	if (importer->sgt)
		importer_unmap_locked(importer);
	if (importer->pinned)
		dma_buf_unpin(attach);
	importer->pinned = false;
	dma_fence_put(importer->fence);
	importer->fence = NULL;
	dma_resv_unlock(dmabuf->resv);

	/* Without a mapping nobody starts it again */
	cancel_delayed_work_sync(&importer->unmap);
	dma_buf_detach(dmabuf, attach);
	*ns = ktime_get_ns() - start;
	importer->attach = NULL;
	dma_buf_put(dmabuf);
	kvfree(importer->ranges);
	importer->ranges = NULL;
	importer->nr_ranges = 0;
	importer_set_state(importer, BARRAGE_IMPORTER_DETACHED);
	return 0;
}
