// SPDX-License-Identifier: GPL-2.0-only
#include "uring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define RING_BYTES 4096

static int setup(struct io_uring_params *params)
{
	int fd;

	memset(params, 0, sizeof(*params));
	fd = (int)syscall(SYS_io_uring_setup, 1, params);
	return fd < 0 ? -errno : fd;
}

static void *map(int fd, uint64_t offset)
{
	return mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    (off_t)offset);
}

/* the only entry of a ring that holds one; returns its result */
static int run(int ring, const struct io_uring_params *params,
	       const struct io_uring_sqe *sqe)
{
	const struct io_uring_cqe *cqe;
	struct io_uring_sqe *entries;
	uint8_t *sq, *cq;
	unsigned int tail;
	int ret;

	/* both rings of one entry are far smaller than a page */
	sq = map(ring, IORING_OFF_SQ_RING);
	cq = map(ring, IORING_OFF_CQ_RING);
	entries = map(ring, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED ||
	    (void *)entries == MAP_FAILED)
		return -ENOMEM;
	entries[0] = *sqe;
	*(unsigned int *)(sq + params->sq_off.array) = 0;
	tail = *(unsigned int *)(sq + params->sq_off.tail);
	__atomic_store_n((unsigned int *)(sq + params->sq_off.tail), tail + 1,
			 __ATOMIC_RELEASE);
	do {
		ret = (int)syscall(SYS_io_uring_enter, ring, 1, 1,
				   IORING_ENTER_GETEVENTS, NULL, 0);
	} while (ret < 0 && errno == EINTR);
	if (ret < 0) {
		ret = -errno;
	} else {
		cqe = (void *)(cq + params->cq_off.cqes);
		ret = cqe->res;
	}
	munmap(sq, RING_BYTES);
	munmap(cq, RING_BYTES);
	munmap(entries, RING_BYTES);
	return ret;
}

static int transfer(uint8_t opcode, int fd, const void *buf, size_t len)
{
	const struct io_uring_sqe sqe = {
		.opcode = opcode,
		.fd = fd,
		.addr = (uintptr_t)buf,
		.len = (uint32_t)len,
	};
	struct io_uring_params params;
	int ring, ret;

	ring = setup(&params);
	if (ring < 0)
		return ring;
	ret = run(ring, &params, &sqe);
	close(ring);
	return ret;
}

int uring_read(int fd, void *buf, size_t len)
{
	return transfer(IORING_OP_READ, fd, buf, len);
}

int uring_write(int fd, const void *buf, size_t len)
{
	return transfer(IORING_OP_WRITE, fd, buf, len);
}

int uring_register(void *buf, size_t len)
{
	const struct iovec vec = { .iov_base = buf, .iov_len = len };
	struct io_uring_params params;
	int ring, ret;

	ring = setup(&params);
	if (ring < 0)
		return ring;
	ret = (int)syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS,
			   &vec, 1);
	ret = ret < 0 ? -errno : 0;
	close(ring);
	return ret;
}
