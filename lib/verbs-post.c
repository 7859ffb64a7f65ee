// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "verbs"
#include <barrage/clock.h>
#include <barrage/log.h>
#include <barrage/verbs.h>

#include <errno.h>
#include <infiniband/verbs.h>
#include <poll.h>
#include <string.h>

#include "verbs-priv.h"

int brg_verbs_post(struct brg_verbs_pair *pair,
		   const struct brg_verbs_request *request)
{
	const struct brg_verbs *verbs = pair->ends[0].verbs;
	struct ibv_sge sge = {
		.addr = request->local->iova + request->local_offset,
		.length = request->bytes,
		.lkey = request->local->lkey,
	};
	struct ibv_send_wr wr = {
		.wr_id = request->id,
		.sg_list = &sge,
		.num_sge = 1,
		.opcode = request->op == BRG_VERBS_READ ? IBV_WR_RDMA_READ :
							  IBV_WR_RDMA_WRITE,
		.send_flags = IBV_SEND_SIGNALED,
		.wr.rdma = {
			.remote_addr = request->remote->iova +
				       request->remote_offset,
			.rkey = request->remote->rkey,
		},
	};
	struct ibv_send_wr *bad;
	int ret = ibv_post_send(pair->ends[0].qp, &wr, &bad);

	if (ret)
		return brg_fail(-ret, BRG_VERBS_WHO ": request not posted: %s",
				BRG_VERBS_WHO_ARGS(verbs), strerror(ret));
	return 0;
}

/* 1 with a completion, 0 without, -errno */
static int look(const struct brg_verbs_end *end, struct brg_verbs_done *done)
{
	struct ibv_wc wc;
	int nr = ibv_poll_cq(end->cq, 1, &wc);

	if (nr < 0)
		return brg_fail(-EIO,
				BRG_VERBS_WHO ": completion queue is broken",
				BRG_VERBS_WHO_ARGS(end->verbs));
	if (nr)
		*done = (struct brg_verbs_done){
			.id = wc.wr_id,
			.status = wc.status,
		};
	return nr;
}

static int sleep_until(struct brg_verbs_pair *pair, uint64_t end_ns)
{
	struct brg_verbs_end *end = &pair->ends[0];
	struct pollfd wait = { .fd = end->channel->fd, .events = POLLIN };
	int left = brg_clock_left_ms(end_ns);
	struct ibv_cq *cq;
	void *context;
	int ret;

	ret = left ? poll(&wait, 1, left) : 0;
	if (ret < 0 && errno == EINTR)
		return 0;
	if (ret < 0)
		return brg_fail(-errno, "poll: %s", strerror(errno));
	if (!ret)
		return brg_fail(-ETIMEDOUT,
				BRG_VERBS_WHO ": no completion in time",
				BRG_VERBS_WHO_ARGS(end->verbs));
	if (!(wait.revents & POLLIN) ||
	    ibv_get_cq_event(end->channel, &cq, &context))
		return brg_fail(-ENODEV, BRG_VERBS_WHO ": the device went away",
				BRG_VERBS_WHO_ARGS(end->verbs));
	ibv_ack_cq_events(cq, 1);
	pair->armed = false;
	return 0;
}

/* a completion that comes before this is seen by the look that follows */
static int arm(struct brg_verbs_pair *pair)
{
	struct brg_verbs_end *end = &pair->ends[0];
	int ret = ibv_req_notify_cq(end->cq, 0);

	if (ret)
		return brg_fail(-ret, BRG_VERBS_WHO ": completion events: %s",
				BRG_VERBS_WHO_ARGS(end->verbs), strerror(ret));
	pair->armed = true;
	return 0;
}

int brg_verbs_wait(struct brg_verbs_pair *pair, int timeout_ms,
		   struct brg_verbs_done *done)
{
	uint64_t start = brg_clock_now_ns();
	uint64_t end = start + (uint64_t)timeout_ms * 1000000;
	uint64_t spin_end = start + pair->ends[0].verbs->spin_ns;

	for (;;) {
		int ret = look(&pair->ends[0], done);

		if (ret)
			return ret < 0 ? ret : 0;
		if (brg_clock_now_ns() < spin_end)
			continue;
		ret = pair->armed ? sleep_until(pair, end) : arm(pair);
		if (ret)
			return ret;
	}
}

int brg_verbs_transfer(struct brg_verbs_pair *pair,
		       const struct brg_verbs_request *request)
{
	const struct brg_verbs *verbs = pair->ends[0].verbs;
	struct brg_verbs_done done;
	char text[160];
	int ret = brg_verbs_post(pair, request);

	if (!ret)
		ret = brg_verbs_wait(pair, BRG_VERBS_PATIENCE_MS, &done);
	if (ret || !done.status)
		return ret;
	brg_verbs_status_text(done.status, text, sizeof(text));
	return brg_fail(brg_verbs_status_errno(done.status),
			BRG_VERBS_WHO ": RDMA %s of %u bytes: %s",
			BRG_VERBS_WHO_ARGS(verbs),
			request->op == BRG_VERBS_READ ? "READ" : "WRITE",
			request->bytes, text);
}
