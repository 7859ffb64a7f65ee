/* SPDX-License-Identifier: GPL-2.0-only */
/* rdma-proof - which memory RDMA really reaches */
#ifndef BENCH_RDMA_PROOF_H
#define BENCH_RDMA_PROOF_H

#include "rdma.h"

/**
 * rdma_prove - write with RDMA, and find that in the memory by another way
 * @rdma: open
 * @kind: of memory
 * @proof: receives the verdict
 *
 * Pages all over the buffer are written with random bytes by RDMA. In a BAR they
 * are read back through the VFIO file, at the offset that was exported; host
 * memory is looked at, and its page frames have to be RAM.
 *
 * Return: 0; -EXDEV where they are not there; -errno of what failed, with
 * brg_last_error() set.
 */
int rdma_prove(const struct rdma *rdma, enum rdma_kind kind,
	       struct brg_proof *proof);

/**
 * rdma_prove_revoked - a region is dead once it was revoked
 * @rdma: open; all regions of its BAR are revoked
 * @kind: of memory that can be revoked
 *
 * RDMA READ of a region works, and after rdma_revoke() is refused. Not for
 * devices that map a region anew (BRG_RDMA_ATTACH_DYNAMIC).
 *
 * Return: 0; -EPROTO where it is not refused; -errno; with brg_last_error() set.
 */
int rdma_prove_revoked(const struct rdma *rdma, enum rdma_kind kind);

#endif
