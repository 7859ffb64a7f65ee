// SPDX-License-Identifier: GPL-2.0-only
#include "rdma-verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/block.h>
#include <barrage/log.h>
#include <barrage/mmio.h>

static int check(const struct rdma *rdma, const void *found, uint32_t bytes,
		 const struct brg_block_stamp *stamp, enum rdma_kind kind,
		 const char *what)
{
	char text[256];
	int ret = brg_block_check(found, bytes, 0, stamp, NULL);

	if (!ret)
		return 0;
	snprintf(text, sizeof(text), "%s", brg_last_error());
	return brg_fail(ret, "%s: %s: wrong data after RDMA %s: %s",
			rdma->dev->info.name, rdma_mem(kind)->name, what, text);
}

/* RDMA WRITE there, the CPU looks; the CPU writes, RDMA READ brings it */
static int both_ways(const struct rdma *rdma, struct brg_verbs_pair *pair,
		     struct brg_verbs_request *request, uint8_t *addr,
		     const struct rdma_buf *buf, uint8_t *seen,
		     struct brg_block_stamp *stamp)
{
	uint32_t bytes = request->bytes;
	int ret = brg_block_fill(addr, bytes, 0, stamp);

	request->op = BRG_VERBS_WRITE;
	if (!ret)
		ret = brg_verbs_transfer(pair, request);
	if (ret)
		return ret;
	brg_mmio_load(seen, buf->addr, bytes);
	ret = check(rdma, seen, bytes, stamp, buf->kind, "WRITE");
	stamp->tag++;
	if (!ret)
		ret = brg_block_fill(seen, bytes, 0, stamp);
	if (ret)
		return ret;
	brg_mmio_store(buf->addr, seen, bytes);
	memset(addr, 0, bytes);
	request->op = BRG_VERBS_READ;
	ret = brg_verbs_transfer(pair, request);
	return ret ? ret : check(rdma, addr, bytes, stamp, buf->kind, "READ");
}

int rdma_verify(const struct rdma *rdma, struct brg_verbs_pair *pair,
		const struct brg_verbs_mr *local, void *addr, uint32_t bytes,
		enum rdma_kind kind, uint64_t generation)
{
	const struct brg_dmabuf_range range = { 0, bytes };
	struct brg_block_stamp stamp = {
		.tag = 2 * kind,
		.generation = generation,
		.seed = rdma->context->options->seed,
		.block_bytes = BRG_BLOCK_MAX_BYTES,
	};
	struct brg_verbs_mr remote = {};
	struct brg_verbs_request request = {
		.local = local,
		.remote = &remote,
		.bytes = bytes,
	};
	uint8_t *seen = malloc(bytes);
	struct rdma_buf buf;
	int undone, ret;

	if (!seen)
		return brg_fail(-ENOMEM, "out of memory");
	ret = rdma_buf_open(rdma, kind, &range, 1, &buf);
	if (!ret)
		ret = rdma_reg(rdma, &buf, 0, bytes, &remote);
	if (!ret)
		ret = both_ways(rdma, pair, &request, addr, &buf, seen, &stamp);
	undone = brg_verbs_dereg(&remote);
	rdma_buf_close(&buf);
	free(seen);
	return ret ? ret : undone;
}
