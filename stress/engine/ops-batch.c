// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct I/O of many pieces in flight at once. Reads are spread over a mapping,
 * and compared; see ops-io.c for what is read.
 */
#include "batch-uring.h"
#include "batch.h"
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "stamp.h"

#include <errno.h>
#include <signal.h>

static int check(struct actor *actor, const struct slot *slot,
		 const struct piece *piece)
{
	size_t bytes = piece->more ? 2 * BATCH_PAGE : BATCH_PAGE;
	int ret = io_whole(piece->done, bytes);

	if (!ret)
		ret = io_compare(actor, slot, piece->addr, BATCH_PAGE,
				 piece->offset);
	if (!ret && piece->more)
		ret = io_compare(actor, slot, piece->more, BATCH_PAGE,
				 piece->offset + BATCH_PAGE);
	return ret;
}

/* the first that is not there stands for all */
static int judge(struct actor *actor, const struct slot *slot,
		 const struct batch *batch)
{
	int ret = 0;

	for (unsigned int i = 0; i < batch->nr; i++) {
		int err = check(actor, slot, &batch->pieces[i]);

		io_judge(actor, slot, err);
		if (!ret || !engine_may(&op_aio_read, err))
			ret = err;
	}
	return ret;
}

static int do_batch(struct actor *actor, const int64_t *arg,
		    int (*run)(struct batch *batch))
{
	struct world *world = actor->world;
	struct slot *slot = slot_of(actor, arg[0]);
	struct batch batch = { .fd = arg[3] ? world->slow : world->disk };
	int64_t page = 0, nr = arg[1];
	int ret;

	if (slot_range(slot, &page, &nr) || batch.fd < 0 ||
	    !io_begin(actor, slot))
		return DONE_NOTHING;
	io_claim(actor, slot, slot->addr, (size_t)nr * BATCH_PAGE);
	batch_spread(&batch, slot, nr, arg[2]);
	ret = run(&batch);
	if (!ret)
		ret = judge(actor, slot, &batch);
	io_end(actor, slot);
	return ret;
}

static int do_aio_read(struct actor *actor, const int64_t *arg)
{
	return do_batch(actor, arg, batch_aio);
}

#define BATCH_OP(id, called, tells)                                            \
	OP(id) = {                                                             \
		.name = called,                                                \
		.summary = tells,                                              \
		.source = "ops-batch.c",                                       \
		.needs = NEED_DISK,                                            \
		.args = { { "slot", 0, SLOT_NR_OWN - 1 },                      \
			  { "pages", 1, 16 },                                  \
			  { "block of the disk", 0, 1007 },                    \
			  { "slow disk", 0, 0 } },                             \
		.run = do_##id,                                                \
		.may = IO_MAY,                                                 \
	}

BATCH_OP(aio_read, "aio-read",
	 "reads by io_submit(), all in flight at once, compared");

static int do_uring_read(struct actor *actor, const int64_t *arg)
{
	return do_batch(actor, arg, batch_uring);
}

BATCH_OP(uring_read, "uring-read",
	 "reads by io_uring, all in flight at once, compared");
