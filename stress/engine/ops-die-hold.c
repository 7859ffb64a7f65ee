// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children that die with what they have of a dma-buf: an importer's mapping, with
 * its DMA under way, and an RDMA memory region.
 */
#include "death.h"
#include "engine.h"
#include "importer.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "rdma.h"

#include <errno.h>
#include <unistd.h>

/* how it ends, and what it does until then */
#define KILLED 1
#define BUSY 2

/*
 * What the child would say when it begins and when it is done. It maps anew, also
 * after a reset: it is inside of the gate until it has.
 */
static int live_and_die(struct actor *actor, const struct slot *from,
			const int64_t *arg, bool maps_again,
			void (*live)(struct actor *actor,
				     const struct slot *from,
				     const int64_t *arg, struct death *death))
{
	struct death death = {
		.us = (uint32_t)arg[2],
		.killed = arg[3] & KILLED,
	};
	bool inside = true;
	int ret;

	if (from->fd < 0 || !gate_enter(actor->world))
		return DONE_NOTHING;
	gate_take_off(actor->world);
	io_claim_all(actor);
	ret = death_begin(&death);
	if (ret > 0) {
		live(actor, from, arg, &death);
		death_await(&death);
	}
	if (!ret) {
		inside = !death_await_it(&death) || maps_again;
		if (!inside)
			gate_leave(actor->world);
		ret = death_end(actor, &death);
	}
	gate_land(actor->world);
	if (inside)
		gate_leave(actor->world);
	return ret;
}

/* Each DMA takes 100 ms, and cannot be stopped: who is killed is so after it. */
static void live_importing(struct actor *actor, const struct slot *from,
			   const int64_t *arg, struct death *death)
{
	struct slot own = { .importer = importer_file(actor->world) };
	struct barrage_importer_attach attach = {
		.fd = from->fd,
		.mode = (uint32_t)arg[1],
	};
	struct barrage_importer_map map = {
		.access = BARRAGE_IMPORTER_READ | BARRAGE_IMPORTER_WRITE,
	};
	struct barrage_importer_dma dma = {
		.flags = BARRAGE_IMPORTER_DMA_TO_DMABUF,
		.length = BARRAGE_IMPORTER_BUFFER_BYTES,
	};

	if (own.importer < 0 ||
	    importer_call(&own, BARRAGE_IMPORTER_ATTACH, &attach) ||
	    importer_call(&own, BARRAGE_IMPORTER_MAP, &map))
		_exit(0);
	death_is_at_it(death);
	while (arg[3] & BUSY && !death_is_due(death) &&
	       !importer_call(&own, BARRAGE_IMPORTER_DMA, &dma))
		;
}

static int do_die_importing(struct actor *actor, const int64_t *arg)
{
	struct shared *shared = actor->world->shared;
	int ret;

	atomic_fetch_add(&shared->nr_importers, 1);
	atomic_fetch_add(&shared->nr_imports, 1);
	ret = live_and_die(actor, slot_of(actor, arg[0]), arg,
			   arg[1] == BARRAGE_IMPORTER_DYNAMIC, live_importing);
	atomic_fetch_sub(&shared->nr_importers, 1);
	return ret;
}

OP(die_importing) = {
	.name = "die-importing",
	.summary =
		"a child has an importer map a dma-buf, and dies, also during DMA",
	.source = "ops-die-hold.c",
	.needs = NEED_IMPORTER | NEED_DMABUF,
	.args = { { "slot of the dma-buf", 0, SLOT_NR_OWN - 1 },
		  { "mode", BARRAGE_IMPORTER_REVOCABLE,
		    BARRAGE_IMPORTER_DYNAMIC },
		  { "when, us", 0, 50000 },
		  { "1: killed, 2: with DMA", 0, 3 } },
	.run = do_die_importing,
	.may = MAY(-ENOMEM, -EAGAIN),
};

static void live_in_region(struct actor *actor, const struct slot *from,
			   const int64_t *arg, struct death *death)
{
	const struct rdma_transfer transfer = {
		.host = actor->host,
		.offset = (uint64_t)arg[1] * RDMA_PAGE,
		.nr_pages = 8,
		.nr_requests = RDMA_MAX_REQUESTS,
	};
	struct rdma_region *region;

	if (rdma_open(actor->world->device.rdma, from->fd, from->fd_bytes,
		      &region))
		_exit(0);
	death_is_at_it(death);
	while (arg[3] & BUSY && !death_is_due(death) &&
	       !rdma_run(region, &transfer))
		;
}

static int do_die_in_region(struct actor *actor, const int64_t *arg)
{
	return live_and_die(actor, slot_of(actor, arg[0]), arg, false,
			    live_in_region);
}

OP(die_in_region) = {
	.name = "die-in-region",
	.summary =
		"a child has a memory region of a dma-buf, and dies, also during RDMA",
	.source = "ops-die-hold.c",
	.needs = NEED_RDMA | NEED_DMABUF,
	.args = { { "slot of the dma-buf", 0, SLOT_NR_OWN - 1 },
		  { "page", 0, 500 },
		  { "when, us", 0, 50000 },
		  { "1: killed, 2: with RDMA", 0, 3 } },
	.run = do_die_in_region,
	.may = MAY(-ENOMEM, -EAGAIN),
};
