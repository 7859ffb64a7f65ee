// SPDX-License-Identifier: GPL-2.0-only
/* RDMA to the BAR: memory regions of dma-bufs, and traffic */
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "rdma.h"

#include <errno.h>

#define PAGE 4096

static void judge(struct world *world, uint32_t off, bool gone,
		  const char *what)
{
	if (promise_holds(&world->shared->off, off))
		engine_wrong(world, ORACLE_MODEL, "%s while memory is off",
			     what);
	else if (gone)
		engine_wrong(world, ORACLE_MODEL,
			     "%s of a dma-buf that is gone for good", what);
}

static int do_mr_register(struct actor *actor, const int64_t *arg)
{
	struct shared *shared = actor->world->shared;
	struct slot *slot = slot_of(actor, arg[0]);
	struct slot *from = slot_of(actor, arg[1]);
	uint32_t off = promise_kept(&shared->off);
	uint64_t number = from->fd_number;
	bool gone = lent_is_gone(&shared->lent, number);
	int ret, fd = from->fd;

	if (fd < 0 || !gate_enter(actor->world))
		return DONE_NOTHING;
	slot_deregister(slot);
	ret = rdma_open(actor->world->device.rdma, fd, from->fd_bytes,
			&slot->region);
	gate_leave(actor->world);
	if (ret)
		return ret;
	slot->deregister = rdma_close;
	slot->region_number =
		from->fd_number == number && from->fd == fd ? number : 0;
	judge(actor->world, off, gone && slot->region_number, "memory region");
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

/* A region that was revoked is so for good: nothing has to keep it out. */
static int do_mr_write(struct actor *actor, const int64_t *arg)
{
	struct shared *shared = actor->world->shared;
	struct slot *slot = slot_of(actor, arg[0]);
	uint32_t off = promise_kept(&shared->off);
	bool gone = lent_is_gone(&shared->lent, slot->region_number);
	int ret;

	if (!slot->region)
		return DONE_NOTHING;
	gate_take_off(actor->world);
	io_claim_all(actor);
	ret = rdma_write(slot->region, actor->host, (uint64_t)arg[1] * PAGE,
			 (uint32_t)arg[2] * PAGE);
	gate_land(actor->world);
	if (!ret)
		judge(actor->world, off, gone, "RDMA to a region");
	return ret;
}

OP(mr_write) = {
	.name = "mr-write",
	.summary = "RDMA WRITE into a region, by a queue pair of its own",
	.source = "ops-rdma.c",
	.needs = NEED_RDMA,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "page", 0, 500 },
		  { "pages", 1, 11 } },
	.run = do_mr_write,
	/* it was revoked */
	.may = MAY(-EACCES),
};
