// SPDX-License-Identifier: GPL-2.0-only
/* dma-bufs of the BAR: made, closed, revoked for good */
#include "engine.h"
#include "needs.h"
#include "ops.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>

#define PAGE 4096

static int get_dmabuf(const struct device *device, uint64_t offset,
		      uint64_t length, uint32_t flags)
{
	union {
		struct {
			struct vfio_device_feature head;
			struct vfio_device_feature_dma_buf buf;
		};
		char room[128];
	} arg = {
		.head.argsz = sizeof(arg),
		.head.flags = VFIO_DEVICE_FEATURE_GET |
			      VFIO_DEVICE_FEATURE_DMA_BUF,
		.buf.region_index = device->bar,
		.buf.open_flags = O_RDWR | O_CLOEXEC,
		.buf.flags = flags,
		.buf.nr_ranges = 1,
	};
	struct vfio_region_dma_range *range =
		(void *)(arg.room + sizeof(arg.head) + sizeof(arg.buf));
	int fd;

	range->offset = offset;
	range->length = length;
	arg.head.argsz = sizeof(arg.head) + sizeof(arg.buf) + sizeof(*range);
	fd = ioctl(device->vfio, VFIO_DEVICE_FEATURE, &arg);
	return fd < 0 ? -errno : fd;
}

/*
 * A dma-buf that is there and a registration exclude each other, whichever came
 * first. A process may be killed, and is not counted.
 */
static void hold(struct actor *actor, struct slot *slot)
{
	struct shared *shared = actor->world->shared;

	if (!actor->alone) {
		slot->fd_holds = true;
		lent_hold(&shared->lent);
	}
	if (promise_kept(&shared->registered))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "a dma-buf of a BAR that is registered");
}

static int do_export(struct actor *actor, const int64_t *arg)
{
	struct device *device = &actor->world->device;
	struct slot *slot = slot_of(actor, arg[0]);
	struct pinned *pinned = &actor->world->shared->pinned;
	uint64_t offset = (uint64_t)arg[1] << 21,
		 length = (uint64_t)arg[2] << 21;
	uint64_t since = pinned_since(pinned, offset / PAGE, length / PAGE);
	int fd;

	if (device->vfio < 0 || offset + length > device->bar_bytes)
		return DONE_NOTHING;
	fd = get_dmabuf(device, offset, length,
			arg[3] ? VFIO_DMA_BUF_FLAG_ALLOC_STRUCT_PAGES : 0);
	if (fd < 0)
		return fd;
	if (arg[3] && pinned_still(pinned, since))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "new struct pages of memory that I/O has pinned");
	slot_close(actor->world, slot);
	slot->fd_bytes = length;
	slot->fd_offset = offset;
	slot->fd_pages = arg[3];
	slot->fd_number = lent_number(&actor->world->shared->lent);
	slot->fd = fd;
	hold(actor, slot);
	return 0;
}

OP(export) = {
	.name = "export",
	.summary =
		"a range of the BAR as a dma-buf, with struct pages or without",
	.source = "ops-export.c",
	.needs = NEED_VFIO | NEED_DMABUF,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "offset, 2 MiB", 0, 1 },
		  { "length, 2 MiB", 1, 2 },
		  { "pages", 0, 1 } },
	.run = do_export,
	/*
	 * EBUSY: registered as P2P memory; pages of an earlier one are in use.
	 * EIO: memory off or low power. EEXIST: its pages exist
	 */
	.may = MAY(-EBUSY, -EIO, -EEXIST, -ENODEV, -EINTR),
};

static int do_dmabuf_close(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);

	if (slot->fd < 0)
		return DONE_NOTHING;
	slot_close(actor->world, slot);
	return 0;
}

OP(dmabuf_close) = {
	.name = "dmabuf-close",
	.summary = "close a dma-buf; mappings of it stay",
	.source = "ops-export.c",
	.needs = NEED_VFIO | NEED_DMABUF,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_dmabuf_close,
};

static int do_dmabuf_revoke(struct actor *actor, const int64_t *arg)
{
	struct device *device = &actor->world->device;
	struct slot *slot = slot_of(actor, arg[0]);
	uint64_t number = slot->fd_number;
	struct {
		struct vfio_device_feature head;
		struct vfio_device_feature_dma_buf_revoke revoke;
	} call = {
		.head.argsz = sizeof(call),
		.head.flags = VFIO_DEVICE_FEATURE_SET |
			      VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE,
		.revoke.dmabuf_fd = slot->fd,
	};

	if (slot->fd < 0 || device->vfio < 0)
		return DONE_NOTHING;
	slot_let_go(actor->world, slot);
	if (ioctl(device->vfio, VFIO_DEVICE_FEATURE, &call))
		return slot_fd_result(slot, call.revoke.dmabuf_fd, number,
				      -errno);
	/* in a shared slot there may be another one by now */
	if (slot->fd_number == number && slot->fd == call.revoke.dmabuf_fd)
		lent_revoke(&actor->world->shared->lent, number);
	return 0;
}

OP(dmabuf_revoke) = {
	.name = "dmabuf-revoke",
	.summary = "revoke a dma-buf for good",
	.source = "ops-export.c",
	.needs = NEED_VFIO | NEED_DMABUF | NEED_REVOKE,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_dmabuf_revoke,
	/* of before the device was closed */
	.may = MAY(-EINVAL),
};
