// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's interface itself: a reproducer needs no library. */
#include "batch-uring.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned int *at(const struct batch_ring *ring, uint32_t offset)
{
	return (unsigned int *)(ring->rings + offset);
}

static void close_ring(struct batch_ring *ring)
{
	if (ring->rings != MAP_FAILED)
		munmap(ring->rings, ring->rings_bytes);
	if (ring->entries != MAP_FAILED)
		munmap(ring->entries, BATCH_MAX * sizeof(*ring->entries));
	close(ring->fd);
}

/* since 5.4 one mapping has both rings */
static int open_ring(struct batch_ring *ring)
{
	const struct io_uring_params *params = &ring->params;

	*ring = (struct batch_ring){};
	ring->fd = (int)syscall(SYS_io_uring_setup, BATCH_MAX, &ring->params);
	if (ring->fd < 0)
		return -errno;
	ring->rings_bytes = params->cq_off.cqes +
			    params->cq_entries * sizeof(struct io_uring_cqe);
	if (ring->rings_bytes < params->sq_off.array + BATCH_MAX * 4)
		ring->rings_bytes = params->sq_off.array + BATCH_MAX * 4;
	ring->rings = mmap(NULL, ring->rings_bytes, PROT_READ | PROT_WRITE,
			   MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, BATCH_MAX * sizeof(*ring->entries),
			     PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			     IORING_OFF_SQES);
	if (ring->rings != MAP_FAILED && (void *)ring->entries != MAP_FAILED)
		return 0;
	close_ring(ring);
	return -ENOMEM;
}

static void queue(struct batch_ring *ring, const struct batch *batch)
{
	for (unsigned int i = 0; i < batch->nr; i++) {
		unsigned int nr =
			batch_vector(&batch->pieces[i], ring->vectors.of[i]);

		ring->entries[i] = (struct io_uring_sqe){
			.opcode = batch->write ? IORING_OP_WRITEV :
						 IORING_OP_READV,
			.fd = batch->fd,
			.addr = (uintptr_t)ring->vectors.of[i],
			.len = nr,
			.off = batch->pieces[i].offset,
			.user_data = i,
		};
		at(ring, ring->params.sq_off.array)[i] = i;
	}
	__atomic_store_n(at(ring, ring->params.sq_off.tail), batch->nr,
			 __ATOMIC_RELEASE);
	ring->to_submit = ring->flying = batch->nr;
}

/* all that has ended since the last time */
static unsigned int reap(const struct batch_ring *ring, struct batch *batch)
{
	const struct io_uring_cqe *cqes =
		(const void *)(ring->rings + ring->params.cq_off.cqes);
	unsigned int *headp = at(ring, ring->params.cq_off.head);
	unsigned int tail = __atomic_load_n(at(ring, ring->params.cq_off.tail),
					    __ATOMIC_ACQUIRE);
	unsigned int head = *headp, nr = tail - head;

	for (; head != tail; head++) {
		const struct io_uring_cqe *cqe =
			&cqes[head & (ring->params.cq_entries - 1)];

		batch->pieces[cqe->user_data].done = cqe->res;
	}
	__atomic_store_n(headp, head, __ATOMIC_RELEASE);
	return nr;
}

/* submit what is left, and wait for @nr of what is in flight */
static long enter(struct batch_ring *ring, unsigned int nr)
{
	long got = syscall(SYS_io_uring_enter, ring->fd, ring->to_submit, nr,
			   nr ? IORING_ENTER_GETEVENTS : 0, NULL, 0);

	if (got > 0)
		ring->to_submit -= (unsigned int)got;
	return got < 0 ? -errno : got;
}

int batch_uring_begin(struct batch *batch, struct batch_ring *ring)
{
	int ret = open_ring(ring);

	if (ret)
		return ret;
	queue(ring, batch);
	/* what is not submitted now is when it is waited for */
	enter(ring, 0);
	return 0;
}

void batch_uring_land(struct batch *batch, struct batch_ring *ring)
{
	while (ring->flying) {
		enter(ring, 1);
		ring->flying -= reap(ring, batch);
	}
	close_ring(ring);
}

int batch_uring(struct batch *batch)
{
	struct batch_ring ring;
	int ret = open_ring(&ring);

	if (ret)
		return ret;
	queue(&ring, batch);
	batch_uring_land(batch, &ring);
	return 0;
}

int batch_uring_start(struct batch *batch)
{
	struct batch_ring ring;
	int ret = open_ring(&ring);

	if (ret)
		return ret;
	queue(&ring, batch);
	return (int)enter(&ring, 0);
}

int batch_uring_fix(void *addr, size_t bytes)
{
	const struct iovec vec = { .iov_base = addr, .iov_len = bytes };
	struct batch_ring ring;
	int ret = open_ring(&ring);

	if (ret)
		return ret;
	ret = syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS,
		      &vec, 1) ?
		      -errno :
		      0;
	close_ring(&ring);
	return ret;
}
