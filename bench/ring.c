// SPDX-License-Identifier: GPL-2.0-only
#include "ring.h"

#include <errno.h>
#include <string.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#define CALIBRATE_TURNS 5000000ull
#define LIMIT_NS 60000000000ull
#define AIO_RING_MAGIC 0xa10a10a1u

/* what an io_context_t points at: fs/aio.c, struct aio_ring */
struct aio_ring {
	unsigned int id;
	unsigned int nr;
	unsigned int head;
	unsigned int tail;
	unsigned int magic;
};

/*
 * The one loop that counts, for calibrating as for waiting: out of line, so
 * that it is the same instructions each time.
 */
__attribute__((noinline)) static uint64_t
count_until(const unsigned int *tail, unsigned int seen, uint64_t max)
{
	uint64_t turns = 0;

	while (turns < max && __atomic_load_n(tail, __ATOMIC_ACQUIRE) == seen)
		turns++;
	return turns;
}

static const struct aio_ring *shared(const struct ring *ring)
{
	return (const void *)ring->context;
}

int ring_open(struct ring *ring)
{
	uint64_t start_ns;
	int ret;

	*ring = (struct ring){};
	ret = io_queue_init(1, &ring->context);
	if (ret)
		return brg_fail(ret, "io_setup: %s", strerror(-ret));
	if (shared(ring)->magic != AIO_RING_MAGIC) {
		ring_close(ring);
		return brg_fail(
			-EOPNOTSUPP,
			"io_setup: this kernel's ring is not the one that is known");
	}
	start_ns = brg_clock_now_ns();
	count_until(&shared(ring)->tail, shared(ring)->tail, CALIBRATE_TURNS);
	ring->turn_ns = (double)(brg_clock_now_ns() - start_ns) /
			(double)CALIBRATE_TURNS;
	return 0;
}

void ring_close(struct ring *ring)
{
	io_queue_release(ring->context);
}

/* 1 once it is done, with the event taken from the ring */
static int submit_and_wait(struct ring *ring, struct ring_io *io,
			   struct iocb *iocb, struct io_event *event)
{
	uint64_t limit = (uint64_t)((double)LIMIT_NS / ring->turn_ns);
	unsigned int seen = shared(ring)->tail;
	uint64_t turns;
	int ret = io_submit(ring->context, 1, &iocb);

	if (ret < 0)
		return ret;
	turns = count_until(&shared(ring)->tail, seen, limit);
	io->waited_ns = (double)turns * ring->turn_ns;
	if (turns == limit)
		return -ETIMEDOUT;
	return io_getevents(ring->context, 1, 1, event, NULL);
}

int ring_transfer(struct ring *ring, const struct disk_io *disk,
		  struct ring_io *io)
{
	struct io_event event;
	struct iocb iocb;
	long done;
	int ret;

	if (io->write)
		io_prep_pwrite(&iocb, disk->fd, io->addr, io->len,
			       (long long)io->offset);
	else
		io_prep_pread(&iocb, disk->fd, io->addr, io->len,
			      (long long)io->offset);
	ret = submit_and_wait(ring, io, &iocb, &event);
	done = ret < 0 ? ret : (long)event.res;
	if (done == (long)io->len)
		return 0;
	return brg_fail(done < 0 ? (int)done : -EIO,
			"%s: O_DIRECT %s of %zu bytes: %s", disk->disk->path,
			io->write ? "write" : "read", io->len,
			done < 0 ? strerror((int)-done) : "cut short");
}
