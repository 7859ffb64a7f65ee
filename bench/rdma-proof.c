// SPDX-License-Identifier: GPL-2.0-only
#include "rdma-proof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#include "ram.h"
#include "shuffle.h"

#define PAGE 4096u
#define NR_PAGES (RDMA_PIECE_BYTES / PAGE)
#define EVERY 37 /* pages */

/* what the proof uses */
struct prover {
	const struct rdma *rdma;
	struct brg_verbs_pair pair;
	struct brg_verbs_mr local, remote;
	struct rdma_buf buf;
	uint64_t *sent;
	uint64_t found[PAGE / sizeof(uint64_t)];
};

static bool is_bar(enum rdma_kind kind)
{
	return kind == RDMA_DMABUF || kind == RDMA_DMABUF_PAGES;
}

/* past everything that RDMA goes through */
static int look(struct prover *p, uint64_t offset)
{
	const struct target *target = &p->rdma->target;

	if (is_bar(p->buf.kind))
		return brg_vfio_read(&target->vfio, target->bar, offset,
				     p->found, PAGE);
	memcpy(p->found, (uint8_t *)p->buf.addr + offset, PAGE);
	return 0;
}

static int try_page(struct prover *p, struct shuffle *random, uint64_t offset,
		    struct brg_proof *proof)
{
	const struct brg_verbs_request request = {
		.op = BRG_VERBS_WRITE,
		.local = &p->local,
		.remote = &p->remote,
		.remote_offset = offset,
		.bytes = PAGE,
	};
	int ret;

	for (size_t i = 0; i < PAGE / sizeof(uint64_t); i++)
		p->sent[i] = shuffle_next(random);
	ret = rdma_transfer(&p->pair, &request);
	if (!ret)
		ret = look(p, offset);
	if (ret)
		return ret;
	proof->nr_pages++;
	if (memcmp(p->sent, p->found, PAGE))
		return brg_fail(-EXDEV,
				"%s: page %llu: what RDMA wrote is not there",
				rdma_mem(p->buf.kind)->name,
				(unsigned long long)(offset / PAGE));
	if (is_bar(p->buf.kind))
		proof->nr_in_bar++;
	return 0;
}

static int all_pages(struct prover *p, struct brg_proof *proof)
{
	struct shuffle random = { .state = p->rdma->context->options->seed };
	int ret = 0;

	*proof = (struct brg_proof){
		.expected = is_bar(p->buf.kind) ? BRG_VERDICT_P2P :
						  BRG_VERDICT_HOST,
	};
	for (uint64_t page = 0; page < NR_PAGES && !ret; page += EVERY)
		ret = try_page(p, &random, page * PAGE, proof);
	if (!ret)
		ret = try_page(p, &random, RDMA_PIECE_BYTES - PAGE, proof);
	if (!ret && !is_bar(p->buf.kind))
		return ram_prove(rdma_mem(p->buf.kind)->name, p->buf.addr,
				 RDMA_PIECE_BYTES, proof);
	if (!ret)
		proof->verdict = BRG_VERDICT_P2P;
	return ret;
}

static int open_parts(struct prover *p, enum rdma_kind kind)
{
	const struct brg_dmabuf_range range = { 0, RDMA_PIECE_BYTES };
	const struct rdma *rdma = p->rdma;
	int ret = rdma_buf_open(rdma, kind, &range, 1, &p->buf);

	if (!ret)
		ret = rdma_reg(rdma, &p->buf, 0, RDMA_PIECE_BYTES, &p->remote);
	if (!ret)
		ret = brg_verbs_reg_host(rdma->dev, p->sent, PAGE, &p->local);
	if (!ret)
		ret = brg_verbs_pair_open(rdma->dev, rdma->dev, 1, &p->pair);
	return ret;
}

static int close_parts(struct prover *p)
{
	int local, remote;

	brg_verbs_pair_close(&p->pair);
	local = brg_verbs_dereg(&p->local);
	remote = brg_verbs_dereg(&p->remote);
	rdma_buf_close(&p->buf);
	return local ? local : remote;
}

static int with_parts(const struct rdma *rdma, enum rdma_kind kind,
		      int (*work)(struct prover *p, struct brg_proof *proof),
		      struct brg_proof *proof)
{
	struct prover p = { .rdma = rdma, .buf.fd = -1 };
	int undone, ret;

	p.sent = aligned_alloc(PAGE, PAGE);
	if (!p.sent)
		return brg_fail(-ENOMEM, "out of memory");
	ret = open_parts(&p, kind);
	/* what can be registered has to work */
	if (!ret)
		ret = bench_has_worked(work(&p, proof));
	undone = bench_has_worked(close_parts(&p));
	free(p.sent);
	return ret ? ret : undone;
}

int rdma_prove(const struct rdma *rdma, enum rdma_kind kind,
	       struct brg_proof *proof)
{
	struct brg_proof found;
	int ret = with_parts(rdma, kind, all_pages, &found);

	if (!ret)
		*proof = found;
	return ret;
}

/* it works, is revoked, and is refused from then on */
static int revoke_it(struct prover *p, struct brg_proof *proof)
{
	const struct brg_verbs_request request = {
		.op = BRG_VERBS_READ,
		.local = &p->local,
		.remote = &p->remote,
		.bytes = PAGE,
	};
	int ret = rdma_transfer(&p->pair, &request);

	if (!ret)
		ret = rdma_revoke(p->rdma);
	if (ret)
		return ret;
	ret = brg_verbs_transfer(&p->pair, &request);
	if (ret == -EACCES)
		return 0;
	return brg_fail(-EPROTO, "%s: %s: revoked, but RDMA READ of it %s%s",
			p->rdma->dev->info.name, rdma_mem(p->buf.kind)->name,
			ret ? "is not refused: " : "works",
			ret ? brg_last_error() : "");
}

int rdma_prove_revoked(const struct rdma *rdma, enum rdma_kind kind)
{
	return with_parts(rdma, kind, revoke_it, NULL);
}
