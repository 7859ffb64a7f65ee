// SPDX-License-Identifier: GPL-2.0-only
/*
 * Completions come from io_uring, in batches, and no wait for them is endless.
 */
#include "engine.h"

/*
 * No completion for so long: the disk or the kernel hangs, and the job fails.
 * Longer than the NVMe driver needs to time a command out twice and reset.
 */
#define STALL_SECONDS 150

static void complete_one(struct thread_data *td, struct io_u *io_u, int res)
{
	int ret;

	if (res < 0 || (unsigned long long)res > io_u->xfer_buflen) {
		io_u->error = res < 0 ? (unsigned int)-res : EIO;
		return;
	}
	io_u->error = 0;
	io_u->resid = io_u->xfer_buflen - (unsigned long long)res;
	if (io_u->ddir != DDIR_READ)
		return;
	ret = transfer_after_read(td, io_u);
	if (ret) {
		log_err("barrage: %s\n", brg_last_error());
		io_u->error = (unsigned int)-ret;
	}
}

static unsigned int reap(struct thread_data *td, unsigned int have,
			 unsigned int max)
{
	struct engine *e = td->io_ops_data;
	struct io_uring_cqe *cqe;

	while (have < max && !io_uring_peek_cqe(&e->ring, &cqe)) {
		struct io_u *io_u = io_uring_cqe_get_data(cqe);

		complete_one(td, io_u, cqe->res);
		io_uring_cqe_seen(&e->ring, cqe);
		e->events[have++] = io_u;
		e->nr_in_flight--;
	}
	return have;
}

/* 0, or -errno; -ETIME when the time is up */
static int wait_for(struct engine *e, unsigned int nr, const struct timespec *t)
{
	struct __kernel_timespec ts = { .tv_sec = STALL_SECONDS };
	struct io_uring_cqe *cqe;

	if (t) {
		ts.tv_sec = t->tv_sec;
		ts.tv_nsec = t->tv_nsec;
	}
	return io_uring_wait_cqes(&e->ring, &cqe, nr, &ts, NULL);
}

int complete_getevents(struct thread_data *td, unsigned int min,
		       unsigned int max, const struct timespec *t)
{
	struct engine *e = td->io_ops_data;
	unsigned int nr = reap(td, 0, max), before;
	int ret;

	while (nr < min) {
		ret = wait_for(e, min - nr, t);
		if (ret && ret != -EINTR && ret != -ETIME) {
			engine_fail(td, ret, "io_uring: %s", strerror(-ret));
			return ret;
		}
		before = nr;
		nr = reap(td, nr, max);
		if (ret != -ETIME || nr > before)
			continue;
		if (t)
			break;
		engine_fail(
			td, ETIMEDOUT,
			"no completion for %d s with %u requests in flight: see the kernel's log",
			STALL_SECONDS, e->nr_in_flight);
		return -ETIMEDOUT;
	}
	return (int)nr;
}

struct io_u *complete_event(struct thread_data *td, int event)
{
	struct engine *e = td->io_ops_data;
	struct io_u *io_u = e->events[event];

	if (io_u->ddir == DDIR_READ && !io_u->error)
		transfer_show_read(td, io_u);
	return io_u;
}

/* A failed job may leave requests behind: memory must outlive them. */
void complete_drain(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;
	struct io_uring_cqe *cqe;
	int ret = 0;

	while (e->nr_in_flight && ret != -ETIME) {
		ret = wait_for(e, 1, NULL);
		while (!io_uring_peek_cqe(&e->ring, &cqe)) {
			io_uring_cqe_seen(&e->ring, cqe);
			e->nr_in_flight--;
		}
	}
}
