// SPDX-License-Identifier: GPL-2.0-only
/* dma-bufs in the device's own I/O address space: iommufd maps page frames */
#include "engine.h"
#include "needs.h"
#include "ops.h"

#include <errno.h>
#include <linux/iommufd.h>
#include <sys/ioctl.h>

static int do_ioas_map(struct actor *actor, const int64_t *arg)
{
	struct shared *shared = actor->world->shared;
	const struct device *device = &actor->world->device;
	struct slot *slot = slot_of(actor, arg[0]);
	uint32_t off = promise_kept(&shared->off);
	uint64_t number = slot->fd_number;
	unsigned int nr_ranges = slot->fd_ranges.nr;
	bool gone = lent_is_gone(&shared->lent, number);
	struct iommu_ioas_map_file map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = device->ioas,
		.fd = slot->fd,
		.length = slot->fd_bytes,
	};
	int ret;

	if (slot->fd < 0 || device->iommufd < 0)
		return DONE_NOTHING;
	ret = slot_iova_change(actor->world, slot, 0, 0);
	if (ret < 0)
		return ret;
	if (ioctl(device->iommufd, IOMMU_IOAS_MAP_FILE, &map)) {
		ret = slot_fd_result(slot, map.fd, number, -errno);
		/* iommufd takes a single range only */
		return ret == -EOPNOTSUPP && nr_ranges > 1 ? DONE_NOTHING : ret;
	}
	/* in a shared slot there may be that of another actor again */
	ret = slot_iova_change(actor->world, slot, map.iova, map.length);
	if (ret < 0)
		return ret;
	if (promise_holds(&shared->off, off))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "iommufd mapped a dma-buf while memory is off");
	else if (gone && number == slot->fd_number)
		engine_wrong(actor->world, ORACLE_MODEL,
			     "iommufd mapped a dma-buf that is gone for good");
	return 0;
}

OP(ioas_map) = {
	.name = "ioas-map",
	.summary = "IOMMU_IOAS_MAP_FILE of a dma-buf",
	.source = "ops-ioas.c",
	.needs = NEED_VFIO | NEED_DMABUF,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_ioas_map,
	.may = MAY(-ENODEV, -EINTR),
};

static int do_ioas_unmap(struct actor *actor, const int64_t *arg)
{
	return slot_iova_change(actor->world, slot_of(actor, arg[0]), 0, 0);
}

OP(ioas_unmap) = {
	.name = "ioas-unmap",
	.summary = "IOMMU_IOAS_UNMAP of that, whatever became of the dma-buf",
	.source = "ops-ioas.c",
	.needs = NEED_VFIO | NEED_DMABUF,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_ioas_unmap,
};
