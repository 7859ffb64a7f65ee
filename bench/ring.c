// SPDX-License-Identifier: GPL-2.0-only
#include "ring.h"

#include <errno.h>
#include <string.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#define CALIBRATE_TURNS 5000000ull
#define LIMIT_NS 60000000000ull

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

int ring_open(struct ring *ring)
{
	const unsigned int *tail;
	uint64_t start_ns;
	int ret = io_uring_queue_init(1, &ring->uring, 0);

	if (ret)
		return brg_fail(ret, "io_uring: %s", strerror(-ret));
	tail = ring->uring.cq.ktail;
	start_ns = brg_clock_now_ns();
	count_until(tail, *tail, CALIBRATE_TURNS);
	ring->turn_ns = (double)(brg_clock_now_ns() - start_ns) /
			(double)CALIBRATE_TURNS;
	return 0;
}

void ring_close(struct ring *ring)
{
	io_uring_queue_exit(&ring->uring);
}

static int wait_done(struct ring *ring, struct ring_io *io,
		     struct io_uring_cqe **cqe)
{
	uint64_t limit = (uint64_t)((double)LIMIT_NS / ring->turn_ns);
	uint64_t turns =
		count_until(ring->uring.cq.ktail, *ring->uring.cq.khead, limit);

	io->waited_ns = (double)turns * ring->turn_ns;
	return turns == limit ? -ETIMEDOUT :
				io_uring_peek_cqe(&ring->uring, cqe);
}

int ring_transfer(struct ring *ring, const struct disk_io *disk,
		  struct ring_io *io)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);
	const char *what = io->write ? "write" : "read";
	struct io_uring_cqe *cqe;
	int ret;

	if (io->write)
		io_uring_prep_write(sqe, disk->fd, io->addr,
				    (unsigned int)io->len, io->offset);
	else
		io_uring_prep_read(sqe, disk->fd, io->addr,
				   (unsigned int)io->len, io->offset);
	ret = io_uring_submit(&ring->uring);
	if (ret > 0)
		ret = wait_done(ring, io, &cqe);
	if (ret < 0)
		return brg_fail(ret, "%s: io_uring %s of %zu bytes: %s",
				disk->disk->path, what, io->len,
				strerror(-ret));
	ret = cqe->res;
	io_uring_cqe_seen(&ring->uring, cqe);
	if (ret == (int)io->len)
		return 0;
	return brg_fail(ret < 0 ? ret : -EIO,
			"%s: O_DIRECT %s of %zu bytes: %s", disk->disk->path,
			what, io->len, ret < 0 ? strerror(-ret) : "cut short");
}
