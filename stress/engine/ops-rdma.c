// SPDX-License-Identifier: GPL-2.0-only
/* Memory regions of dma-bufs; ops-traffic.c has what they are for */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "rdma.h"

#include <errno.h>

static int do_mr_register(struct actor *actor, const int64_t *arg)
{
	struct shared *shared = actor->world->shared;
	struct slot *slot = slot_of(actor, arg[0]);
	struct slot *from = slot_of(actor, arg[1]);
	struct ranges ranges = from->fd_ranges;
	uint32_t off = promise_kept(&shared->off);
	uint64_t number = from->fd_number;
	bool gone = lent_is_gone(&shared->lent, number);
	int ret, fd = from->fd;

	if (fd < 0 || !gate_enter(actor->world))
		return DONE_NOTHING;
	slot_deregister(slot);
	ret = rdma_open(actor->world->device.rdma, fd,
			ranges_pages(&ranges) * RDMA_PAGE, &slot->region);
	gate_leave(actor->world);
	if (ret)
		return ret;
	slot->deregister = rdma_close;
	slot->region_ranges = ranges;
	slot->region_number =
		from->fd_number == number && from->fd == fd ? number : 0;
	if (promise_holds(&shared->off, off))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "memory region while memory is off");
	else if (gone && slot->region_number)
		engine_wrong(
			actor->world, ORACLE_MODEL,
			"memory region of a dma-buf that is gone for good");
	return 0;
}

OP(mr_register) = {
	.name = "mr-register",
	.summary = "a memory region of a dma-buf",
	.source = "ops-rdma.c",
	.needs = NEED_RDMA | NEED_DMABUF,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "slot of the dma-buf", 0, SLOT_NR_OWN - 1 } },
	.run = do_mr_register,
	/* revoked, now or meanwhile; closed by another actor */
	.may = MAY(-ENODEV, -EBADF, -EINVAL, -EINTR),
};

static int do_mr_deregister(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);

	if (!slot->region)
		return DONE_NOTHING;
	slot_deregister(slot);
	return 0;
}

OP(mr_deregister) = {
	.name = "mr-deregister",
	.summary = "the opposite",
	.source = "ops-rdma.c",
	.needs = NEED_RDMA,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_mr_deregister,
};
