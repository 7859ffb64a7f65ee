// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children that die with I/O in flight: nobody unmaps, waits for it or closes
 * anything. The pages are to stay until the disk is done with them, and to come
 * back then.
 */
#include "batch-uring.h"
#include "batch.h"
#include "death.h"
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "reopen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define POLL_US 500
#define FLIGHT_LIMIT_MS 30000

/* how it does what, and ends */
#define BY_URING 1
#define KILLED 2
#define ALONE 4 /* its parent has not mapped it any more */

/* of the disk; each actor has one */
static struct flock lock_of(const struct actor *actor, short type)
{
	return (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)actor->index,
		.l_len = 1,
	};
}

/*
 * A file of its own, with a lock that ends with it. All I/O that is in flight has
 * the file, also when who has begun it is dead.
 */
static int open_own(const struct actor *actor)
{
	const struct world *world = actor->world;
	struct flock lock = lock_of(actor, F_RDLCK);
	int fd = open(world->slow >= 0 ? world->slow_path : world->disk_path,
		      O_RDONLY | O_DIRECT | O_CLOEXEC);

	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock))
		_exit(0);
	return fd;
}

static bool has_landed(const struct actor *actor)
{
	const struct world *world = actor->world;
	struct flock lock = lock_of(actor, F_WRLCK);
	int fd = world->slow >= 0 ? world->slow : world->disk;

	return !fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type == F_UNLCK;
}

/* The kernel waits for I/O of libaio before a process has ended, but not for others. */
static void await_landing(struct actor *actor)
{
	uint64_t end_ns = engine_now_ns() + FLIGHT_LIMIT_MS * 1000000ull;

	while (!has_landed(actor)) {
		if (engine_now_ns() > end_ns) {
			engine_wrong(
				actor->world, ORACLE_HANG,
				"I/O of a child that has died does not end within %u s",
				FLIGHT_LIMIT_MS / 1000);
			return;
		}
		engine_pause_us(POLL_US);
	}
}

static void fly(const struct actor *actor, const struct slot *slot, int64_t nr,
		const int64_t *arg, struct death *death)
{
	struct batch batch = { .fd = open_own(actor) };

	batch_spread(&batch, slot, 0, nr, arg[2]);
	if (arg[3] & BY_URING)
		batch_uring_start(&batch);
	else
		batch_aio_start(&batch);
	death_is_at_it(death);
	death_await(death);
}

/*
 * The child has the device's file, and nobody else has it any more. One that waits
 * to be killed has it for as long as this takes.
 */
static void look_for_device(struct actor *actor, const struct death *death)
{
	struct device second = actor->world->device;
	char why[ENGINE_TEXT_BYTES];

	if (!death->killed || !death_await_it(death) ||
	    device_join(&second, why))
		return;
	engine_wrong(
		actor->world, ORACLE_MODEL,
		"the device could be opened while another process has its file");
	close(second.vfio);
}

/* @leaves: the parent closes the device meanwhile, and opens it afterwards */
static int die_in_flight(struct actor *actor, struct slot *slot, int64_t nr,
			 const int64_t *arg, bool leaves)
{
	struct death death = {
		.us = (uint32_t)arg[2],
		.killed = arg[3] & KILLED,
	};
	struct closing closing;
	int ret, err = 0;

	io_claim(actor, slot, slot->addr, (size_t)nr * BATCH_PAGE);
	ret = death_begin(&death);
	if (ret > 0)
		fly(actor, slot, nr, arg, &death);
	if (ret < 0)
		return ret;
	/* by libaio it is at it when it has them */
	if (actor->inside && !(arg[3] & BY_URING) && death_await_it(&death))
		io_has_pages(actor);
	if (arg[3] & ALONE && slot->kind == SLOT_P2P)
		slot_unmap(slot);
	if (leaves) {
		closing = reopen_begin(actor);
		look_for_device(actor, &death);
	}
	ret = death_end(actor, &death);
	if (leaves)
		err = reopen_end(actor, &closing);
	await_landing(actor);
	return ret ? ret : err;
}

static int do_die_in_io(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = 0, nr = arg[1];
	const struct slot before = *slot;
	int ret;

	if (slot_range(&before, &page, &nr) ||
	    (actor->world->slow < 0 && actor->world->disk < 0) ||
	    !io_begin(actor, &before))
		return DONE_NOTHING;
	ret = die_in_flight(actor, slot, nr, arg, false);
	/* it may be unmapped by now */
	io_end(actor);
	return ret;
}

OP(die_in_io) = {
	.name = "die-in-io",
	.summary =
		"a child begins reads of a slow disk, and dies with them in flight",
	.source = "ops-die.c",
	.needs = NEED_DISK,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "pages", 1, 4 },
		  { "when, us", 0, 30000 },
		  { "1: io_uring, 2: killed, 4: parent unmaps", 0, 7 } },
	.run = do_die_in_io,
	.may = MAY(-ENOMEM, -EAGAIN),
};

/* The last file of the device closes where the kernel ends the child. */
static int do_reopen_dead(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = 0, nr = arg[1];
	int ret;

	if (actor->world->device.vfio < 0 || slot_range(slot, &page, &nr) ||
	    slot->kind != SLOT_P2P)
		return DONE_NOTHING;
	gate_take_off(actor->world);
	ret = die_in_flight(actor, slot, nr, arg, true);
	gate_land(actor->world);
	return ret;
}

OP(reopen_dead) = {
	.name = "reopen-dead",
	.summary =
		"close the device, of which a child has the file, that dies with I/O in flight",
	.source = "ops-die.c",
	.needs = NEED_VFIO | NEED_DISK,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "pages", 1, 64 },
		  { "when, us", 0, 30000 },
		  { "1: io_uring, 2: killed, 4: parent unmaps", 0, 7 } },
	.run = do_reopen_dead,
	.may = MAY(-ENOMEM, -EAGAIN),
};
