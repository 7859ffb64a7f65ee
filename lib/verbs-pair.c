// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "verbs"
#include <barrage/log.h>
#include <barrage/verbs.h>

#include <errno.h>
#include <infiniband/verbs.h>
#include <string.h>

#include "keep.h"
#include "verbs-priv.h"

/*
 * 4.096 us << 18 is a second, retried 7 times: an emulated machine may be that
 * slow, and a dead one is still found out about before the waits end.
 */
#define ACK_TIMEOUT 18
#define RETRIES 7
#define RNR_TIMER 12 /* 0.64 ms */
#define HOPS 64
#define MAX_READS 16 /* outstanding at a responder */
#define FIRST_PSN 0x4242

/* what one end has to know about the other */
struct address {
	uint32_t qpn;
	uint16_t lid;
	union ibv_gid gid;
	enum ibv_mtu mtu;
	uint8_t reads;
};

static int fail(const struct brg_verbs *verbs, int err, const char *what)
{
	return brg_fail(err ? -err : -EIO, BRG_VERBS_WHO ": %s: %s",
			BRG_VERBS_WHO_ARGS(verbs), what,
			strerror(err ? err : EIO));
}

static int make_end(struct brg_verbs_end *end, uint32_t depth)
{
	struct ibv_qp_init_attr init = {
		.qp_type = IBV_QPT_RC,
		.cap = {
			.max_send_wr = depth,
			.max_recv_wr = 1,
			.max_send_sge = 1,
			.max_recv_sge = 1,
		},
	};
	struct ibv_context *context = end->verbs->context;

	end->channel = ibv_create_comp_channel(context);
	if (!end->channel)
		return fail(end->verbs, errno, "completion channel");
	end->cq = ibv_create_cq(context, (int)depth, NULL, end->channel, 0);
	if (!end->cq)
		return fail(end->verbs, errno, "completion queue");
	init.send_cq = end->cq;
	init.recv_cq = end->cq;
	end->qp = ibv_create_qp(end->verbs->pd, &init);
	if (!end->qp)
		return fail(end->verbs, errno, "RC queue pair");
	return 0;
}

static int read_address(const struct brg_verbs_end *end,
			struct address *address)
{
	const struct brg_verbs *verbs = end->verbs;
	struct ibv_device_attr device;
	struct ibv_port_attr port;
	int ret = ibv_query_port(verbs->context, verbs->port, &port);

	if (!ret)
		ret = ibv_query_device(verbs->context, &device);
	if (ret)
		return fail(verbs, ret, "port");
	address->qpn = end->qp->qp_num;
	address->lid = port.lid;
	address->mtu = port.active_mtu;
	address->reads = device.max_qp_rd_atom < MAX_READS ?
				 (uint8_t)device.max_qp_rd_atom :
				 MAX_READS;
	if (device.max_qp_init_rd_atom < address->reads)
		address->reads = (uint8_t)device.max_qp_init_rd_atom;
	if (verbs->gid_index >= 0 &&
	    ibv_query_gid(verbs->context, verbs->port, verbs->gid_index,
			  &address->gid))
		return fail(verbs, errno, "address of the port");
	return 0;
}

static int to_init(const struct brg_verbs_end *end)
{
	struct ibv_qp_attr attr = {
		.qp_state = IBV_QPS_INIT,
		.port_num = end->verbs->port,
		.qp_access_flags = IBV_ACCESS_LOCAL_WRITE |
				   IBV_ACCESS_REMOTE_READ |
				   IBV_ACCESS_REMOTE_WRITE,
	};
	int ret = ibv_modify_qp(end->qp, &attr,
				IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT |
					IBV_QP_ACCESS_FLAGS);

	return ret ? fail(end->verbs, ret, "queue pair to INIT") : 0;
}

static int to_receive(const struct brg_verbs_end *end,
		      const struct address *mine, const struct address *other)
{
	struct ibv_qp_attr attr = {
		.qp_state = IBV_QPS_RTR,
		.path_mtu = mine->mtu < other->mtu ? mine->mtu : other->mtu,
		.dest_qp_num = other->qpn,
		.rq_psn = FIRST_PSN,
		.max_dest_rd_atomic = mine->reads,
		.min_rnr_timer = RNR_TIMER,
		.ah_attr = {
			.dlid = other->lid,
			.port_num = end->verbs->port,
		},
	};
	int ret;

	if (end->verbs->gid_index >= 0) {
		attr.ah_attr.is_global = 1;
		attr.ah_attr.grh.dgid = other->gid;
		attr.ah_attr.grh.sgid_index = (uint8_t)end->verbs->gid_index;
		attr.ah_attr.grh.hop_limit = HOPS;
	}
	ret = ibv_modify_qp(end->qp, &attr,
			    IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU |
				    IBV_QP_DEST_QPN | IBV_QP_RQ_PSN |
				    IBV_QP_MAX_DEST_RD_ATOMIC |
				    IBV_QP_MIN_RNR_TIMER);
	return ret ? fail(end->verbs, ret, "no way to the other port") : 0;
}

static int to_send(const struct brg_verbs_end *end, const struct address *other)
{
	struct ibv_qp_attr attr = {
		.qp_state = IBV_QPS_RTS,
		.timeout = ACK_TIMEOUT,
		.retry_cnt = RETRIES,
		.rnr_retry = RETRIES,
		.sq_psn = FIRST_PSN,
		.max_rd_atomic = other->reads,
	};
	int ret =
		ibv_modify_qp(end->qp, &attr,
			      IBV_QP_STATE | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT |
				      IBV_QP_RNR_RETRY | IBV_QP_SQ_PSN |
				      IBV_QP_MAX_QP_RD_ATOMIC);

	return ret ? fail(end->verbs, ret, "queue pair to RTS") : 0;
}

static int connect_ends(struct brg_verbs_pair *pair)
{
	struct address addresses[2] = {};
	int i, ret = 0;

	for (i = 0; i < 2 && !ret; i++) {
		ret = read_address(&pair->ends[i], &addresses[i]);
		if (!ret)
			ret = to_init(&pair->ends[i]);
	}
	/* the one that asks may have no more reads than the other can answer */
	for (i = 0; i < 2 && !ret; i++)
		ret = to_receive(&pair->ends[i], &addresses[i], &addresses[!i]);
	for (i = 0; i < 2 && !ret; i++)
		ret = to_send(&pair->ends[i],
			      addresses[i].reads < addresses[!i].reads ?
				      &addresses[i] :
				      &addresses[!i]);
	return ret;
}

int brg_verbs_pair_open(const struct brg_verbs *requester,
			const struct brg_verbs *responder, uint32_t depth,
			struct brg_verbs_pair *pair)
{
	struct brg_kept kept;
	int ret;

	*pair = (struct brg_verbs_pair){
		.ends = { { .verbs = requester }, { .verbs = responder } },
		.depth = depth,
	};
	if (!requester->port || !responder->port)
		return brg_fail(-EINVAL,
				BRG_VERBS_WHO
				": it was opened for memory regions alone",
				BRG_VERBS_WHO_ARGS(requester->port ?
							   responder :
							   requester));
	if (!depth || depth > requester->max_depth ||
	    depth > responder->max_depth)
		return brg_fail(
			-EINVAL,
			BRG_VERBS_WHO
			": %u requests at a time: the device takes 1 to %u",
			BRG_VERBS_WHO_ARGS(requester), depth,
			requester->max_depth);
	ret = make_end(&pair->ends[0], depth);
	if (!ret)
		ret = make_end(&pair->ends[1], depth);
	if (!ret)
		ret = connect_ends(pair);
	if (!ret)
		return 0;
	brg_keep_error(&kept);
	brg_verbs_pair_close(pair);
	brg_keep_restore(&kept);
	return ret;
}

void brg_verbs_pair_close(struct brg_verbs_pair *pair)
{
	for (int i = 0; i < 2; i++) {
		struct brg_verbs_end *end = &pair->ends[i];

		if (end->qp)
			ibv_destroy_qp(end->qp);
		if (end->cq)
			ibv_destroy_cq(end->cq);
		if (end->channel)
			ibv_destroy_comp_channel(end->channel);
	}
	*pair = (struct brg_verbs_pair){};
}

int brg_verbs_pair_reconnect(struct brg_verbs_pair *pair)
{
	struct ibv_qp_attr attr = { .qp_state = IBV_QPS_RESET };
	struct ibv_wc wc;

	for (int i = 0; i < 2; i++) {
		const struct brg_verbs_end *end = &pair->ends[i];
		int ret = ibv_modify_qp(end->qp, &attr, IBV_QP_STATE);

		/*
		 * rxe may still be about to tell of the error: rxe_qp_reset()
		 * waits for that, which leaves the queue pair in error.
		 */
		if (!ret)
			ret = ibv_modify_qp(end->qp, &attr, IBV_QP_STATE);
		if (ret)
			return fail(end->verbs, ret, "queue pair to RESET");
		while (ibv_poll_cq(end->cq, 1, &wc) > 0)
			;
	}
	return connect_ends(pair);
}
