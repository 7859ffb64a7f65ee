// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests go to the kernel through io_uring, in batches.
 *
 * Registered (fixed) buffers are not used and cannot be: registration pins for
 * the long term (FOLL_LONGTERM), which the kernel refuses for P2PDMA pages.
 * Registered files would save one reference on a file that only this job uses,
 * which is lost beside a disk's latency, so fio's own open and close are kept.
 */
#include "engine.h"

#define SUBMIT_RETRY_SECONDS 30
#define SUBMIT_RETRY_US 200

static int ring_open(struct thread_data *td, struct io_uring *ring)
{
	struct io_uring_params p = {
		.flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SINGLE_ISSUER,
	};
	int ret = io_uring_queue_init_params(td->o.iodepth, ring, &p);

	/* Kernels before 6.0 do not know these two, and need not */
	if (ret == -EINVAL) {
		memset(&p, 0, sizeof(p));
		ret = io_uring_queue_init_params(td->o.iodepth, ring, &p);
	}
	if (!ret && !(p.features & IORING_FEAT_EXT_ARG)) {
		io_uring_queue_exit(ring);
		ret = -EOPNOTSUPP;
	}
	return ret;
}

int queue_init(struct thread_data *td)
{
	struct engine *e = calloc(1, sizeof(*e));
	int ret = -ENOMEM;

	if (!e)
		return engine_fail(td, ENOMEM, "out of memory");
	e->events = calloc(td->o.iodepth, sizeof(struct io_u *));
	if (e->events)
		ret = ring_open(td, &e->ring);
	if (ret) {
		free(e->events);
		free(e);
		return engine_fail(
			td, ret,
			"no io_uring with %u entries: %s (needs Linux 5.11, CONFIG_IO_URING, kernel.io_uring_disabled=0 and room in RLIMIT_MEMLOCK)",
			td->o.iodepth, strerror(-ret));
	}
	td->io_ops_data = e;
	return 0;
}

void queue_cleanup(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;

	if (!e)
		return;
	io_uring_queue_exit(&e->ring);
	free(e->events);
	free(e);
}

/* What io_uring is not asked to do: in order, with nothing of ours queued. */
static enum fio_q_status do_now(struct thread_data *td, struct io_u *io_u)
{
	const struct engine *e = td->io_ops_data;

	if (e->nr_queued)
		return FIO_Q_BUSY;
	if (ddir_sync(io_u->ddir)) {
		do_io_u_sync(td, io_u);
	} else if (io_u->ddir == DDIR_TRIM) {
		do_io_u_trim(td, io_u);
		io_u_mark_submit(td, 1);
		io_u_mark_complete(td, 1);
	} else {
		io_u->error = EOPNOTSUPP;
	}
	return FIO_Q_COMPLETED;
}

/*
 * fio's completion latency starts here: it holds the bounce kind's copies, the
 * mapping of pages at submission and the wait for a batch, and not what the
 * shadow costs, so it is what to compare kinds of memory by.
 */
static void start_clock(struct thread_data *td, struct io_u *io_u)
{
	if (!fio_fill_issue_time(td))
		return;
	fio_gettime(&io_u->issue_time, NULL);
	if (td->o.read_iolog_file)
		td->last_issue = io_u->issue_time;
	io_u_queued(td, io_u);
}

enum fio_q_status queue_one(struct thread_data *td, struct io_u *io_u)
{
	struct engine *e = td->io_ops_data;
	struct io_uring_sqe *sqe;
	int ret;

	fio_ro_check(td, io_u);
	if (io_u->ddir != DDIR_READ && io_u->ddir != DDIR_WRITE)
		return do_now(td, io_u);
	if (e->nr_queued == td->o.iodepth || !io_uring_sq_space_left(&e->ring))
		return FIO_Q_BUSY;

	if (io_u->ddir == DDIR_WRITE)
		transfer_carry_write(td, io_u);
	start_clock(td, io_u);
	if (io_u->ddir == DDIR_WRITE) {
		ret = transfer_before_write(td, io_u);
		if (ret) {
			log_err("barrage: %s\n", brg_last_error());
			io_u->error = (unsigned int)-ret;
			return FIO_Q_COMPLETED;
		}
	}
	sqe = io_uring_get_sqe(&e->ring);
	io_uring_prep_rw(io_u->ddir == DDIR_READ ? IORING_OP_READ :
						   IORING_OP_WRITE,
			 sqe, io_u->file->fd, transfer_addr(td, io_u),
			 (unsigned int)io_u->xfer_buflen, io_u->offset);
	io_uring_sqe_set_data(sqe, io_u);
	e->nr_queued++;
	return FIO_Q_QUEUED;
}

/* 0 or -errno */
int queue_commit(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;
	unsigned long long waited_us = 0;
	int ret;

	while (e->nr_queued) {
		ret = io_uring_submit(&e->ring);
		if (ret > 0) {
			io_u_mark_submit(td, (unsigned int)ret);
			e->nr_queued -= (unsigned int)ret;
			e->nr_in_flight += (unsigned int)ret;
			waited_us = 0;
			continue;
		}
		if (ret == -EINTR)
			continue;
		if (ret && ret != -EAGAIN && ret != -EBUSY) {
			engine_fail(td, ret, "io_uring_submit: %s",
				    strerror(-ret));
			return ret;
		}
		/* The kernel is short of something: completions free it */
		if (e->nr_in_flight)
			return 0;
		if (waited_us > SUBMIT_RETRY_SECONDS * 1000000ULL) {
			engine_fail(td, EAGAIN,
				    "the kernel has taken no request for %d s",
				    SUBMIT_RETRY_SECONDS);
			return -EAGAIN;
		}
		usleep(SUBMIT_RETRY_US);
		waited_us += SUBMIT_RETRY_US;
	}
	return 0;
}
