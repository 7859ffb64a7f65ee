// SPDX-License-Identifier: GPL-2.0-only
#include "rdma-verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>
#include <barrage/mmio.h>

/* both ends, and what was found so far */
struct verifier {
	const struct rdma *rdma;
	struct brg_verbs_pair *pair;
	struct brg_verbs_request request;
	uint8_t *addr; /* of the local end */
	struct rdma_buf buf; /* the remote end */
	uint8_t *seen;
	struct brg_block_stamp stamp;
	struct rdma_verified *verified;
};

static int check(struct verifier *v, const void *found, const char *what)
{
	struct brg_block_report report = {};
	char text[256];
	int ret =
		brg_block_check(found, v->request.bytes, 0, &v->stamp, &report);

	v->verified->nr_blocks += v->request.bytes / RDMA_BLOCK_BYTES;
	v->verified->nr_bad += report.nr_bad;
	if (!ret)
		return 0;
	snprintf(text, sizeof(text), "%s", brg_last_error());
	return brg_fail(ret, "%s: %s: wrong data after RDMA %s: %s",
			v->rdma->dev->info.name, rdma_mem(v->buf.kind)->name,
			what, text);
}

/* RDMA WRITE there, the CPU looks */
static int write_and_look(struct verifier *v)
{
	int ret = brg_block_fill(v->addr, v->request.bytes, 0, &v->stamp);

	v->request.op = BRG_VERBS_WRITE;
	if (!ret)
		ret = rdma_transfer(v->pair, &v->request);
	if (ret)
		return ret;
	brg_mmio_load(v->seen, v->buf.addr, v->request.bytes);
	return check(v, v->seen, "WRITE");
}

/* the CPU writes, RDMA READ brings it */
static int store_and_read(struct verifier *v)
{
	int ret;

	v->stamp.tag++;
	ret = brg_block_fill(v->seen, v->request.bytes, 0, &v->stamp);
	if (ret)
		return ret;
	brg_mmio_store(v->buf.addr, v->seen, v->request.bytes);
	memset(v->addr, 0, v->request.bytes);
	v->request.op = BRG_VERBS_READ;
	ret = rdma_transfer(v->pair, &v->request);
	return ret ? ret : check(v, v->addr, "READ");
}

int rdma_verify(const struct rdma *rdma, struct brg_verbs_pair *pair,
		const struct brg_verbs_mr *local, void *addr, uint32_t bytes,
		enum rdma_kind kind, uint64_t generation,
		struct rdma_verified *verified)
{
	const struct brg_dmabuf_range range = { 0, bytes };
	struct brg_verbs_mr remote = {};
	struct verifier v = {
		.rdma = rdma,
		.pair = pair,
		.request = {
			.local = local,
			.remote = &remote,
			.bytes = bytes,
		},
		.addr = addr,
		.seen = malloc(bytes),
		.stamp = {
			.tag = 2 * kind,
			.generation = generation,
			.seed = rdma->context->options->seed,
			.block_bytes = RDMA_BLOCK_BYTES,
		},
		.verified = verified,
	};
	int undone, ret;

	if (!v.seen)
		return brg_fail(-ENOMEM, "out of memory");
	ret = rdma_buf_open(rdma, kind, &range, 1, &v.buf);
	if (!ret)
		ret = rdma_reg(rdma, &v.buf, 0, bytes, &remote);
	if (!ret)
		ret = write_and_look(&v);
	if (!ret)
		ret = store_and_read(&v);
	undone = brg_verbs_dereg(&remote);
	rdma_buf_close(&v.buf);
	free(v.seen);
	return ret ? ret : undone;
}
