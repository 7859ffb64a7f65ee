/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rdma - kinds of memory that RDMA devices register, side by side
 *
 * Host memory is what programs use today; udmabuf is the same memory as a
 * dma-buf; the other two are the provider's BAR.
 */
#ifndef BENCH_RDMA_H
#define BENCH_RDMA_H

#include <barrage/dmabuf.h>
#include <barrage/verbs.h>

#include "bench.h"
#include "target.h"

/* what each kind comes in pieces of, at least */
#define RDMA_PIECE_BYTES (2ull << 20)
#define RDMA_LEAST_BAR_BYTES (4u << 20)

enum rdma_kind {
	RDMA_HOST,
	RDMA_UDMABUF,
	RDMA_DMABUF,
	RDMA_DMABUF_PAGES,
	RDMA_NR_KINDS,
};

/**
 * struct rdma - a device and what it registers
 * @context: of the benchmark
 * @target: provider, open
 * @dev: RDMA device
 * @note: the same, for records
 * @host: memory of this process, @host_bytes of it; the same in each benchmark
 * @memfd: what udmabufs are made of, @memfd_bytes; the same in each benchmark
 * @proofs: where the memory of each kind is
 * @skipped: why a kind was left out; "" where it was not
 */
struct rdma {
	struct bench_context *context;
	struct target target;
	struct brg_verbs *dev;
	struct brg_record_rdma note;
	void *host;
	uint64_t host_bytes;
	int memfd;
	uint64_t memfd_bytes;
	struct brg_proof proofs[RDMA_NR_KINDS];
	char skipped[RDMA_NR_KINDS][512];
};

/**
 * struct rdma_buf - memory of one kind
 * @fd: its dma-buf; -1 for host memory
 * @addr: for the CPU: a BAR is no RAM, see brg_mmio_load(); NULL where the buffer
 *	is of several ranges, or of one that does not start at 0
 * @bytes: of it
 */
struct rdma_buf {
	enum rdma_kind kind;
	int fd;
	void *addr;
	uint64_t bytes;
};

/** rdma_mem - what records call a kind */
const struct brg_mem_ops *rdma_mem(enum rdma_kind kind);

/**
 * rdma_run - choose a device, try and prove each kind, measure, and undo it
 * @context: of the benchmark
 * @measure: the benchmark; returns 0, or -errno with brg_last_error() set
 * @arg: for @measure
 *
 * Only what comes before @measure can be a skip: kinds that this machine has
 * not are in @rdma->skipped then, and what fails in @measure has worked.
 *
 * Return: how the benchmark ends, with the reason set.
 */
enum bench_status rdma_run(struct bench_context *context,
			   int (*measure)(struct rdma *rdma, const void *arg),
			   const void *arg);

/** rdma_max_bytes - the largest buffer of a kind */
uint64_t rdma_max_bytes(const struct rdma *rdma, enum rdma_kind kind);

/**
 * rdma_buf_open - get memory of a kind
 * @rdma: open
 * @kind: which
 * @ranges: of the BAR or the memfd; host memory has one, from 0
 * @nr: of them
 * @buf: receives it; closed on failure
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int rdma_buf_open(const struct rdma *rdma, enum rdma_kind kind,
		  const struct brg_dmabuf_range *ranges, size_t nr,
		  struct rdma_buf *buf);

/** rdma_buf_close - give it back */
void rdma_buf_close(struct rdma_buf *buf);

/** rdma_reg - register a part of it; 0 or -errno */
int rdma_reg(const struct rdma *rdma, const struct rdma_buf *buf,
	     uint64_t offset, uint64_t bytes, struct brg_verbs_mr *mr);

/**
 * rdma_refused - what a completion says of a region that is there
 * @err: 0; -errno of a request, with brg_last_error() set
 *
 * Return: @err; -EPROTO, and the same line, for a refusal (-EACCES): it is no
 * matter of rights of this process, as -EACCES of a system call is.
 */
int rdma_refused(int err);

/** rdma_transfer - brg_verbs_transfer(), with rdma_refused() */
int rdma_transfer(struct brg_verbs_pair *pair,
		  const struct brg_verbs_request *request);

/**
 * rdma_revoke - revoke all regions of the BAR
 * @rdma: open
 *
 * The device's memory is turned off and on again, which costs the least of what
 * revokes.
 *
 * Return: 0; -errno with brg_last_error() set: the memory may be off then.
 */
int rdma_revoke(const struct rdma *rdma);

#endif
