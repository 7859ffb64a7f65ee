/* SPDX-License-Identifier: GPL-2.0-only */
/* rdma-verify - that RDMA moves what it should, both ways */
#ifndef BENCH_RDMA_VERIFY_H
#define BENCH_RDMA_VERIFY_H

#include <barrage/block.h>

#include "rdma.h"

/* a page each */
#define RDMA_BLOCK_BYTES BRG_BLOCK_MAX_BYTES

/** struct rdma_verified - how many blocks were compared, and how many are wrong */
struct rdma_verified {
	size_t nr_blocks;
	size_t nr_bad;
};

/**
 * rdma_verify - write and read a kind of memory, and compare every byte
 * @rdma: open
 * @pair: connected to itself
 * @local: region of host memory at @addr
 * @addr: of it; overwritten
 * @bytes: of it, whole pages
 * @kind: of the remote memory
 * @generation: of the data, from 1: another one each time
 * @verified: what was compared is added here, on failure as well
 *
 * What RDMA wrote is read by the CPU through a mapping of its own, and what
 * that wrote is read by RDMA. Where the one is wrong the other is not tried.
 *
 * Return: 0; -EILSEQ where a byte is wrong; -errno; with brg_last_error() set.
 */
int rdma_verify(const struct rdma *rdma, struct brg_verbs_pair *pair,
		const struct brg_verbs_mr *local, void *addr, uint32_t bytes,
		enum rdma_kind kind, uint64_t generation,
		struct rdma_verified *verified);

#endif
