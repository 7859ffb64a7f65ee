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
#define UNIT 512 /* pages, 2 MiB: struct pages come in such */

static int get_dmabuf(const struct device *device, const struct ranges *ranges,
		      uint32_t flags)
{
	union {
		struct {
			struct vfio_device_feature head;
			struct vfio_device_feature_dma_buf buf;
		};
		char room[64 +
			  RANGES_MAX * sizeof(struct vfio_region_dma_range)];
	} arg = {
		.head.argsz = sizeof(arg),
		.head.flags = VFIO_DEVICE_FEATURE_GET |
			      VFIO_DEVICE_FEATURE_DMA_BUF,
		.buf.region_index = device->bar,
		.buf.open_flags = O_RDWR | O_CLOEXEC,
		.buf.flags = flags,
		.buf.nr_ranges = ranges->nr,
	};
	struct vfio_region_dma_range *range =
		(void *)(arg.room + sizeof(arg.head) + sizeof(arg.buf));
	int fd;

	for (unsigned int i = 0; i < ranges->nr; i++) {
		range[i].offset = ranges->of[i].first * PAGE;
		range[i].length = ranges->of[i].nr * PAGE;
	}
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

/* I/O has pages of one of them, beyond doubt: pinned_since() of that */
static uint64_t any_pinned(struct pinned *pinned, const struct ranges *ranges)
{
	uint64_t since = 0;

	for (unsigned int i = 0; i < ranges->nr && !since; i++)
		since = pinned_since(pinned, ranges->of[i].first,
				     ranges->of[i].nr);
	return since;
}

static int export_ranges(struct actor *actor, struct slot *slot,
			 const struct ranges *ranges, bool pages)
{
	struct pinned *pinned = &actor->world->shared->pinned;
	uint64_t since = any_pinned(pinned, ranges);
	int fd = get_dmabuf(&actor->world->device, ranges,
			    pages ? VFIO_DMA_BUF_FLAG_ALLOC_STRUCT_PAGES : 0);

	if (fd < 0)
		return fd;
	if (pages && pinned_still(pinned, since))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "new struct pages of memory that I/O has pinned");
	slot_close(actor->world, slot);
	slot->fd_bytes = ranges_pages(ranges) * PAGE;
	slot->fd_ranges = *ranges;
	slot->fd_pages = pages;
	slot->fd_number = lent_number(&actor->world->shared->lent);
	slot->fd = fd;
	hold(actor, slot);
	return 0;
}

static int do_export(struct actor *actor, const int64_t *arg)
{
	const struct device *device = &actor->world->device;
	const struct ranges range =
		ranges_one((uint64_t)arg[1] * UNIT, (uint64_t)arg[2] * UNIT);

	if (device->vfio < 0 ||
	    (range.of[0].first + range.of[0].nr) * PAGE > device->bar_bytes)
		return DONE_NOTHING;
	return export_ranges(actor, slot_of(actor, arg[0]), &range, arg[3]);
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

/* Struct pages take long for each range. */
#define MAX_UNITS 3

static int do_export_ranges(struct actor *actor, const int64_t *arg)
{
	const struct device *device = &actor->world->device;
	unsigned int nr = (unsigned int)arg[1];
	struct ranges ranges;

	if (device->vfio < 0 || device->bar_bytes < UNIT * PAGE)
		return DONE_NOTHING;
	if (arg[3] && nr > MAX_UNITS)
		nr = MAX_UNITS;
	ranges = ranges_draw(nr, (uint64_t)arg[2], device->bar_bytes / PAGE,
			     arg[3] ? UNIT : 1);
	return export_ranges(actor, slot_of(actor, arg[0]), &ranges, arg[3]);
}

OP(export_ranges) = {
	.name = "export-ranges",
	.summary =
		"several ranges of the BAR as one dma-buf, of any pages, or of 2 MiB with struct pages",
	.source = "ops-export.c",
	.needs = NEED_VFIO | NEED_DMABUF,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "ranges", 1, RANGES_MAX },
		  { "how they lie; odd: the BAR's end is the first", 0, 65535 },
		  { "pages", 0, 0 } },
	.run = do_export_ranges,
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
