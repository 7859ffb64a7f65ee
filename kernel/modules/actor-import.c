// SPDX-License-Identifier: GPL-2.0-only
#include "actor.h"

#include <linux/dma-resv.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/scatterlist.h>

MODULE_IMPORT_NS("DMA_BUF");

static void actor_unmap(struct actor *actor)
{
	if (actor->sgt)
		dma_buf_unmap_attachment(actor->attach, actor->sgt,
					 DMA_BIDIRECTIONAL);
	actor->sgt = NULL;
}

static void actor_invalidate(struct dma_buf_attachment *attach)
{
	actor_unmap(attach->importer_priv);
}

static const struct dma_buf_attach_ops actor_attach_ops = {
	.allow_peer2peer = true,
	.invalidate_mappings = actor_invalidate,
};

/* The DMA address of that byte of the mapping; 0 for none */
static dma_addr_t actor_dma_address(struct sg_table *sgt, u64 offset)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (offset < sg_dma_len(sg))
			return sg_dma_address(sg) + offset;
		offset -= sg_dma_len(sg);
	}
	return 0;
}

static int actor_check(struct actor *actor, const char *ranges)
{
	struct device *dev = &actor->pdev->dev;
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	unsigned long long start, length, done;
	u64 offset = 0;
	int used;

	for (; sscanf(ranges, " %lli %lli%n", &start, &length, &used) == 2;
	     ranges += used) {
		if (!domain)
			return -EOPNOTSUPP;
		for (done = 0; done < length; done += PAGE_SIZE) {
			dma_addr_t dma =
				actor_dma_address(actor->sgt, offset + done);
			phys_addr_t phys = iommu_iova_to_phys(domain, dma);

			if (!dma || phys != start + done) {
				dev_info(dev, "%#llx reaches %pa, not %#llx\n",
					 (u64)dma, &phys, start + done);
				return -EUCLEAN;
			}
		}
		offset += length;
	}
	return 0;
}

static int actor_map(struct actor *actor, const char *ranges)
{
	struct sg_table *sgt;

	dma_resv_assert_held(actor->attach->dmabuf->resv);

	sgt = dma_buf_map_attachment(actor->attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	actor->sgt = sgt;
	return actor_check(actor, ranges);
}

int actor_import(struct actor *actor, const char *args)
{
	struct dma_buf *dmabuf;
	int fd, used, ret;

	if (actor->attach)
		return -EBUSY;
	if (sscanf(args, "%d%n", &fd, &used) != 1)
		return -EINVAL;
	dmabuf = dma_buf_get(fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	actor->attach = dma_buf_dynamic_attach(dmabuf, &actor->pdev->dev,
					       &actor_attach_ops, actor);
	if (IS_ERR(actor->attach)) {
		ret = PTR_ERR(actor->attach);
		actor->attach = NULL;
		dma_buf_put(dmabuf);
		return ret;
	}

	dma_resv_lock(dmabuf->resv, NULL);
	ret = actor_map(actor, args + used);
	dma_resv_unlock(dmabuf->resv);
	if (ret)
		actor_unimport(actor);
	return ret;
}

void actor_unimport(struct actor *actor)
{
	struct dma_buf *dmabuf;

	if (!actor->attach)
		return;

	dmabuf = actor->attach->dmabuf;
	dma_resv_lock(dmabuf->resv, NULL);
	actor_unmap(actor);
	dma_resv_unlock(dmabuf->resv);
	dma_buf_detach(dmabuf, actor->attach);
	dma_buf_put(dmabuf);
	actor->attach = NULL;
}
