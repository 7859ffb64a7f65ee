// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct I/O of many pieces in flight at once, spread over a mapping; see ops-io.c
 * for what is read and written.
 */
#include "batch-own.h"
#include "batch-uring.h"
#include "batch.h"
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "stamp.h"

#include <errno.h>
#include <signal.h>

static int compare(struct actor *actor, const struct slot *slot, int fd,
		   const struct piece *piece)
{
	int ret = io_compare(actor, slot, fd, piece->addr, BATCH_PAGE,
			     piece->offset);

	if (!ret && piece->more)
		ret = io_compare(actor, slot, fd, piece->more, BATCH_PAGE,
				 piece->offset + BATCH_PAGE);
	return ret;
}

/* the first that is not there stands for all */
static int judge(struct actor *actor, const struct slot *slot,
		 const struct batch *batch)
{
	int ret = 0;

	for (unsigned int i = 0; i < batch->nr; i++) {
		const struct piece *piece = &batch->pieces[i];
		int err = io_whole(piece->done,
				   (size_t)batch_length(piece) * BATCH_PAGE);

		if (!err && !batch->write)
			err = compare(actor, slot, batch->fd, piece);
		io_judge(actor, slot, err);
		if (!ret || !engine_may(&op_aio_read, err))
			ret = err;
	}
	return ret;
}

static int do_read(struct actor *actor, const int64_t *arg,
		   int (*run)(struct batch *batch))
{
	struct world *world = actor->world;
	struct slot *slot = slot_of(actor, arg[0]);
	struct batch batch = {
		.fd = arg[3] ? world->slow : world->disk,
		.has_pages = io_has_pages,
		.of = actor,
	};
	int64_t page, nr;
	int ret;

	if (slot_end_range(slot, arg[1], &page, &nr) || batch.fd < 0 ||
	    !io_begin(actor, slot))
		return DONE_NOTHING;
	io_claim(actor, slot, slot->addr + page * BATCH_PAGE,
		 (size_t)nr * BATCH_PAGE);
	batch_spread(&batch, slot, page, nr, arg[2]);
	for (unsigned int i = 0; i < batch.nr; i++) {
		io_poison(actor, slot, batch.pieces[i].addr, BATCH_PAGE);
		if (batch.pieces[i].more)
			io_poison(actor, slot, batch.pieces[i].more,
				  BATCH_PAGE);
	}
	ret = run(&batch);
	if (!ret)
		ret = judge(actor, slot, &batch);
	io_end(actor);
	return ret;
}

static int do_aio_read(struct actor *actor, const int64_t *arg)
{
	return do_read(actor, arg, batch_aio);
}

#define BATCH_OP(id, called, tells)                                            \
	OP(id) = {                                                             \
		.name = called,                                                \
		.summary = tells,                                              \
		.source = "ops-batch.c",                                       \
		.needs = NEED_DISK,                                            \
		.args = { { "slot", 0, SLOT_NR_OWN - 1 },                      \
			  { "pages; below 0: the last ones", -16, 16 },        \
			  { "block of the disk", 0, 1007 },                    \
			  { "slow disk", 0, 0 } },                             \
		.run = do_##id,                                                \
		.may = IO_MAY,                                                 \
	}

BATCH_OP(aio_read, "aio-read",
	 "reads by io_submit(), all in flight at once, compared");

static int do_uring_read(struct actor *actor, const int64_t *arg)
{
	return do_read(actor, arg, batch_uring);
}

BATCH_OP(uring_read, "uring-read",
	 "reads by io_uring, all in flight at once, compared");

static int do_write(struct actor *actor, const int64_t *arg,
		    int (*run)(struct batch *batch))
{
	struct world *world = actor->world;
	struct slot *slot = slot_of(actor, arg[0]);
	struct batch batch = {
		.fd = arg[3] ? world->slow : world->disk,
		.write = true,
	};
	int64_t page, nr;
	struct own own;
	char *addr;
	int ret;

	if (slot_end_range(slot, arg[1], &page, &nr) ||
	    !io_can_write(actor, slot) || batch.fd < 0 ||
	    !own_fits(actor, batch.fd) || !io_begin(actor, slot))
		return DONE_NOTHING;
	addr = slot->addr + page * BATCH_PAGE;
	io_claim(actor, slot, addr, (size_t)nr * BATCH_PAGE);
	batch_spread(&batch, slot, page, nr, 0);
	own_begin(actor, batch.fd, &own);
	ret = batch_own_fill(actor, &own, &batch);
	if (!ret)
		ret = run(&batch);
	if (!ret) {
		if (io_proves(actor, slot, addr, (size_t)nr * BATCH_PAGE))
			batch_own_judge(actor, &own, &batch);
		ret = judge(actor, slot, &batch);
	}
	io_end(actor);
	return ret;
}

static int do_aio_write(struct actor *actor, const int64_t *arg)
{
	return do_write(actor, arg, batch_aio);
}

BATCH_OP(aio_write, "aio-write",
	 "writes by io_submit(), all in flight at once, read back");

static int do_uring_write(struct actor *actor, const int64_t *arg)
{
	return do_write(actor, arg, batch_uring);
}

BATCH_OP(uring_write, "uring-write",
	 "writes by io_uring, all in flight at once, read back");

/*
 * What a ring keeps is pinned for as long as user space likes, which nobody who
 * takes memory off the bus can wait for: no memory of a device may be.
 */
static int do_uring_fixed(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = arg[2];
	int ret = slot_range(slot, &page, &nr);

	if (ret || slot->kind == SLOT_HOST)
		return DONE_NOTHING;
	ret = batch_uring_fix(slot->addr + page * BATCH_PAGE,
			      (size_t)nr * BATCH_PAGE);
	if (!ret)
		engine_wrong(actor->world, ORACLE_MODEL,
			     "io_uring could register a BAR's memory for good");
	return ret;
}

OP(uring_fixed) = {
	.name = "uring-fixed",
	.summary = "register memory with io_uring, which has to refuse it",
	.source = "ops-batch.c",
	.needs = NEED_DISK,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "first page", 0, 15 },
		  { "pages", 1, 16 } },
	.run = do_uring_fixed,
	/*
	 * P2P memory; not there, no pages, or behind others in one buffer; no pages
	 * any more, where a mapping of the device had them
	 */
	.may = MAY(-EREMOTEIO, -EFAULT, -EEXIST),
};
