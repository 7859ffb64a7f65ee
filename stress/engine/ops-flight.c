// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory is given up while I/O with it is in flight: unmapped, dropped, moved. The
 * I/O has its pages until it is over, and nobody else gets them before: memory that is
 * allocated meanwhile keeps what is written to it.
 */
#include "batch-own.h"
#include "batch-uring.h"
#include "batch.h"
#include "engine.h"
#include "fresh.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "own.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

/* how it does what */
#define BY_URING 1
#define SLOW 2
#define WRITES 4

/*
 * One batch. @slot and @other are the actor's own; @was is @slot as it was when the
 * batch began. What was read is compared in @left, where the memory still is then.
 */
struct flight {
	struct slot *slot;
	struct slot *other;
	int64_t index;
	int64_t nr;
	struct slot was;
	const struct slot *left;
	struct batch batch;
	struct batch_aio aio;
	struct batch_ring ring;
	bool by_uring;
	struct own own;
	struct fresh fresh;
};

static size_t bytes_of(const struct flight *flight)
{
	return (size_t)flight->nr * BATCH_PAGE;
}

static void poison(struct actor *actor, const struct flight *flight)
{
	for (unsigned int i = 0; i < flight->batch.nr; i++) {
		const struct piece *piece = &flight->batch.pieces[i];

		io_poison(actor, flight->slot, piece->addr, BATCH_PAGE);
		if (piece->more)
			io_poison(actor, flight->slot, piece->more, BATCH_PAGE);
	}
}

static int take_off(struct actor *actor, struct flight *flight)
{
	struct batch *batch = &flight->batch;
	int ret = 0;

	io_claim(actor, flight->slot, flight->slot->addr, bytes_of(flight));
	if (batch->write) {
		own_begin(actor, batch->fd, &flight->own);
		ret = batch_own_fill(actor, &flight->own, batch);
	} else {
		poison(actor, flight);
	}
	if (ret)
		return ret;
	return flight->by_uring ? batch_uring_begin(batch, &flight->ring) :
				  batch_aio_begin(batch, &flight->aio);
}

static void land(struct flight *flight)
{
	if (flight->by_uring)
		batch_uring_land(&flight->batch, &flight->ring);
	else
		batch_aio_land(&flight->batch, &flight->aio);
}

static int compare(struct actor *actor, const struct flight *flight,
		   const struct piece *piece)
{
	const struct slot *left = flight->left;
	const char *addr = left->addr + (piece->addr - flight->was.addr);
	int ret = io_compare(actor, left, flight->batch.fd, addr, BATCH_PAGE,
			     piece->offset);

	if (ret || !piece->more)
		return ret;
	addr = left->addr + (piece->more - flight->was.addr);
	return io_compare(actor, left, flight->batch.fd, addr, BATCH_PAGE,
			  piece->offset + BATCH_PAGE);
}

/* the first that is not right stands for all */
static int judge(struct actor *actor, const struct flight *flight)
{
	const struct batch *batch = &flight->batch;
	int ret = 0;

	for (unsigned int i = 0; i < batch->nr; i++) {
		const struct piece *piece = &batch->pieces[i];
		int err = io_whole(piece->done,
				   (size_t)batch_length(piece) * BATCH_PAGE);

		if (!err && !batch->write && flight->left)
			err = compare(actor, flight, piece);
		io_judge(actor, &flight->was, err);
		if (!ret || !engine_may(&op_aio_read, err))
			ret = err;
	}
	return ret;
}

static int fly(struct actor *actor, struct flight *flight,
	       void (*give_up)(struct actor *actor, struct flight *flight))
{
	int ret = take_off(actor, flight);

	if (ret)
		return ret;
	give_up(actor, flight);
	land(flight);
	fresh_judge(actor, &flight->fresh);
	if (flight->batch.write &&
	    io_proves(actor, &flight->was, flight->was.addr, bytes_of(flight)))
		batch_own_judge(actor, &flight->own, &flight->batch);
	return judge(actor, flight);
}

static int do_flight(struct actor *actor, const int64_t *arg,
		     void (*give_up)(struct actor *actor,
				     struct flight *flight))
{
	const struct world *world = actor->world;
	struct flight flight = {
		.index = (arg[0] + 1) % SLOT_NR_OWN,
		.by_uring = arg[3] & BY_URING,
		.nr = arg[1],
	};
	struct batch *batch = &flight.batch;
	int64_t page = 0;
	int ret;

	if (arg[0] >= SLOT_NR_OWN)
		return DONE_NOTHING;
	flight.slot = slot_of(actor, arg[0]);
	flight.other = slot_of(actor, flight.index);
	flight.was = *flight.slot;
	batch->write = arg[3] & WRITES;
	batch->fd = arg[3] & SLOW && world->slow >= 0 ? world->slow :
							world->disk;
	if (slot_range(flight.slot, &page, &flight.nr) || batch->fd < 0 ||
	    (batch->write && (!io_can_write(actor, flight.slot) ||
			      !own_fits(actor, batch->fd))) ||
	    !io_begin(actor, flight.slot))
		return DONE_NOTHING;
	batch_spread(batch, flight.slot, 0, flight.nr, arg[2]);
	ret = fly(actor, &flight, give_up);
	io_end(actor);
	return ret;
}

/*
 * What was given up is asked for anew, in another place: a worker of the kernel may
 * begin late, and the old place is to be nobody's then. Pages of the BAR are the same
 * as before, and have what was read.
 */
static void take_anew(struct actor *actor, struct flight *flight)
{
	const int64_t p2p[ENGINE_NR_ARGS] = { flight->index, flight->nr };
	const int64_t bar[ENGINE_NR_ARGS] = { flight->index,
					      (int64_t)flight->was.bar_page,
					      flight->nr };

	if (flight->was.kind == SLOT_P2P && !op_p2p_map.run(actor, p2p))
		fresh_fill(actor, flight->other, &flight->fresh);
	if (flight->was.kind == SLOT_BAR && !op_bar_map.run(actor, bar))
		flight->left = flight->other;
}

static void unmap(struct actor *actor, struct flight *flight)
{
	slot_unmap(flight->slot);
	take_anew(actor, flight);
}

static int do_io_unmapped(struct actor *actor, const int64_t *arg)
{
	return do_flight(actor, arg, unmap);
}

#define FLIGHT_OP(id, called, tells)                                           \
	OP(id) = {                                                             \
		.name = called,                                                \
		.summary = tells,                                              \
		.source = "ops-flight.c",                                      \
		.needs = NEED_DISK,                                            \
		.args = { { "slot", 0, SLOT_NR_OWN - 1 },                      \
			  { "pages", 1, 16 },                                  \
			  { "block of the disk", 0, 1007 },                    \
			  { "1: io_uring, 2: slow disk, 4: writes", 0, 5 } },  \
		.run = do_##id,                                                \
		.may = IO_MAY,                                                 \
	}

FLIGHT_OP(io_unmapped, "io-unmapped",
	  "munmap() with I/O in flight, and memory allocated anew meanwhile");

/* Mappings of page frames refuse it, and those of P2P memory have nothing then. */
static void drop(struct actor *actor, struct flight *flight)
{
	if (madvise(flight->slot->addr, bytes_of(flight), MADV_DONTNEED) ||
	    flight->was.kind != SLOT_P2P)
		flight->left = flight->slot;
	else
		take_anew(actor, flight);
}

static int do_io_dropped(struct actor *actor, const int64_t *arg)
{
	return do_flight(actor, arg, drop);
}

FLIGHT_OP(
	io_dropped, "io-dropped",
	"MADV_DONTNEED with I/O in flight, and memory allocated anew meanwhile");

static void move(struct actor *actor, struct flight *flight)
{
	const int64_t to_other[ENGINE_NR_ARGS] = { flight->slot - actor->slots,
						   flight->index };

	flight->left = op_mremap.run(actor, to_other) ? flight->slot :
							flight->other;
}

static int do_io_moved(struct actor *actor, const int64_t *arg)
{
	return do_flight(actor, arg, move);
}

FLIGHT_OP(io_moved, "io-moved",
	  "mremap() with I/O in flight; threads leave the mapping where it is");
