// SPDX-License-Identifier: GPL-2.0-only
/* One turn of a cell: one request at a time, or many. */
#include <barrage/clock.h>
#include <barrage/log.h>

#include "rdma-transfer.h"
#include "stats.h"

#define MOST_CALLS 1024
#define FEWEST_CALLS 4
/* where instructions are counted */
#define COUNTED_CALLS 16
#define COUNTED_BATCHES 4

/* is a turn over that has made so many calls? */
static bool is_over(const struct transfer *t, unsigned int nr, uint64_t end)
{
	if (t->rdma->context->options->icount)
		return nr == COUNTED_CALLS;
	return nr == MOST_CALLS ||
	       (nr >= FEWEST_CALLS && brg_clock_now_ns() >= end);
}

static int one_by_one(struct transfer *t, struct transfer_cell *cell,
		      struct brg_verbs_request *request, uint64_t end)
{
	size_t first = cell->samples.nr;
	double median;
	int ret = 0;

	for (unsigned int i = 0; !ret && !is_over(t, i, end); i++) {
		uint64_t start = brg_clock_now_ns();

		ret = rdma_transfer(&t->pair, request);
		if (!ret)
			ret = samples_add(&cell->samples,
					  (double)(brg_clock_now_ns() - start));
	}
	if (!ret)
		ret = stats_quantile(cell->samples.values + first,
				     cell->samples.nr - first, 0.5, &median);
	return ret ? ret : samples_add(&cell->rounds, median);
}

static int post_next(struct transfer *t, struct brg_verbs_request *request)
{
	uint64_t next = request->local_offset + request->bytes;

	if (next + request->bytes > TRANSFER_BUFFER_BYTES)
		next = 0;
	request->local_offset = next;
	request->remote_offset = next;
	return brg_verbs_post(&t->pair, request);
}

static int reap(struct transfer *t)
{
	struct brg_verbs_done done;
	char text[160];
	int ret = brg_verbs_wait(&t->pair, BRG_VERBS_PATIENCE_MS, &done);

	if (ret || !done.status)
		return ret;
	brg_verbs_status_text(done.status, text, sizeof(text));
	return rdma_refused(brg_fail(brg_verbs_status_errno(done.status),
				     "%s: %s", t->rdma->dev->info.name, text));
}

/* of that many requests: bandwidth, or what each of them cost */
static double figure(const struct transfer *t, const struct transfer_cell *cell,
		     unsigned int nr, uint64_t start)
{
	double ns = (double)(brg_clock_now_ns() - start);

	return t->sweep->per_request ? ns / nr :
				       (double)nr * cell->bytes * 1e9 / ns;
}

/*
 * Where instructions are counted there is one CPU, and completions come when it
 * gets to them: each sample has requests of its own.
 */
static bool may_post(const struct transfer *t, unsigned int posted,
		     unsigned int done, uint64_t end)
{
	const uint32_t depth = t->sweep->depth;

	if (posted - done == depth)
		return false;
	if (t->rdma->context->options->icount)
		return posted % depth ||
		       (done == posted && posted < COUNTED_BATCHES * depth);
	return posted < depth || brg_clock_now_ns() < end;
}

/* a sample is that of as many requests as are under way at a time */
static int many_at_once(struct transfer *t, struct transfer_cell *cell,
			struct brg_verbs_request *request, uint64_t end)
{
	const uint32_t depth = t->sweep->depth;
	uint64_t start = brg_clock_now_ns(), last = start;
	unsigned int posted = 0, done = 0;
	int ret = 0;

	while (!ret) {
		if (may_post(t, posted, done, end)) {
			ret = post_next(t, request);
			posted += !ret;
			continue;
		}
		if (done == posted)
			break;
		ret = reap(t);
		done += !ret;
		if (!ret && done % depth == 0) {
			ret = samples_add(&cell->samples,
					  figure(t, cell, depth, last));
			last = brg_clock_now_ns();
		}
	}
	return ret ? ret :
		     samples_add(&cell->rounds, figure(t, cell, done, start));
}

int transfer_turn(struct transfer *t, struct transfer_cell *cell)
{
	const struct brg_dmabuf_range range = { 0, TRANSFER_BUFFER_BYTES };
	double runtime_ns = t->rdma->context->options->runtime_s * 1e9;
	struct brg_verbs_mr remote = {};
	struct brg_verbs_request request = {
		.op = cell->op,
		.local = &t->local,
		.remote = &remote,
		.bytes = cell->bytes,
	};
	struct rdma_buf buf;
	uint64_t end;
	int undone, ret = rdma_buf_open(t->rdma, cell->kind, &range, 1, &buf);

	if (!ret)
		ret = rdma_reg(t->rdma, &buf, 0, TRANSFER_BUFFER_BYTES,
			       &remote);
	end = brg_clock_now_ns() + (uint64_t)runtime_ns;
	if (!ret)
		ret = t->sweep->depth > 1 ?
			      many_at_once(t, cell, &request, end) :
			      one_by_one(t, cell, &request, end);
	undone = brg_verbs_dereg(&remote);
	rdma_buf_close(&buf);
	return ret ? ret : undone;
}
