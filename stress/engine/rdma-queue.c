// SPDX-License-Identifier: GPL-2.0-only
#include "rdma-queue.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#define PORT 1
#define FIRST_PSN 0x5151
/* 4.096 us << 18 is a second, retried 7 times: an emulated machine is slow */
#define ACK_TIMEOUT 18
#define RETRIES 7
#define RNR_TIMER 12
#define HOPS 64

static int to_init(struct ibv_qp *qp)
{
	struct ibv_qp_attr attr = {
		.qp_state = IBV_QPS_INIT,
		.port_num = PORT,
		.qp_access_flags = IBV_ACCESS_REMOTE_READ |
				   IBV_ACCESS_REMOTE_WRITE,
	};

	return -ibv_modify_qp(qp, &attr,
			      IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT |
				      IBV_QP_ACCESS_FLAGS);
}

/* the last address of the port is one that has a route, where there are several */
static int find_gid(struct ibv_context *context,
		    const struct ibv_port_attr *port, union ibv_gid *gid)
{
	int found = -1;

	for (int i = 0; i < port->gid_tbl_len; i++) {
		union ibv_gid here;

		if (ibv_query_gid(context, PORT, i, &here) ||
		    (!here.global.subnet_prefix && !here.global.interface_id))
			continue;
		*gid = here;
		found = i;
	}
	return found;
}

/* RDMA READs that it answers, or waits for, at a time */
static uint8_t nr_reads(struct ibv_context *context, unsigned int nr)
{
	struct ibv_device_attr attr;

	if (ibv_query_device(context, &attr) || attr.max_qp_rd_atom < 1)
		return 1;
	return (uint8_t)(nr < (unsigned int)attr.max_qp_rd_atom ?
				 nr :
				 (unsigned int)attr.max_qp_rd_atom);
}

static int to_receive(struct ibv_context *context, struct ibv_qp *qp,
		      uint8_t reads)
{
	struct ibv_port_attr port;
	struct ibv_qp_attr attr = {
		.qp_state = IBV_QPS_RTR,
		.dest_qp_num = qp->qp_num,
		.rq_psn = FIRST_PSN,
		.max_dest_rd_atomic = reads,
		.min_rnr_timer = RNR_TIMER,
		.ah_attr.port_num = PORT,
	};
	int gid, ret = -ibv_query_port(context, PORT, &port);

	if (ret)
		return ret;
	attr.path_mtu = port.active_mtu;
	attr.ah_attr.dlid = port.lid;
	gid = find_gid(context, &port, &attr.ah_attr.grh.dgid);
	if (port.link_layer == IBV_LINK_LAYER_ETHERNET && gid < 0)
		return -EADDRNOTAVAIL;
	if (port.link_layer == IBV_LINK_LAYER_ETHERNET) {
		attr.ah_attr.is_global = 1;
		attr.ah_attr.grh.sgid_index = (uint8_t)gid;
		attr.ah_attr.grh.hop_limit = HOPS;
	}
	return -ibv_modify_qp(qp, &attr,
			      IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU |
				      IBV_QP_DEST_QPN | IBV_QP_RQ_PSN |
				      IBV_QP_MAX_DEST_RD_ATOMIC |
				      IBV_QP_MIN_RNR_TIMER);
}

static int to_send(struct ibv_qp *qp, uint8_t reads)
{
	struct ibv_qp_attr attr = {
		.qp_state = IBV_QPS_RTS,
		.timeout = ACK_TIMEOUT,
		.retry_cnt = RETRIES,
		.rnr_retry = RETRIES,
		.sq_psn = FIRST_PSN,
		.max_rd_atomic = reads,
	};

	return -ibv_modify_qp(qp, &attr,
			      IBV_QP_STATE | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT |
				      IBV_QP_RNR_RETRY | IBV_QP_SQ_PSN |
				      IBV_QP_MAX_QP_RD_ATOMIC);
}

int rdma_queue_open(struct ibv_context *context, struct ibv_pd *pd,
		    struct ibv_cq *cq, unsigned int nr, struct ibv_qp **qpp)
{
	struct ibv_qp_init_attr init = {
		.send_cq = cq,
		.recv_cq = cq,
		.qp_type = IBV_QPT_RC,
		.cap = { .max_send_wr = nr,
			 .max_recv_wr = 1,
			 .max_send_sge = 1,
			 .max_recv_sge = 1 },
	};
	uint8_t reads = nr_reads(context, nr);
	int ret;

	*qpp = ibv_create_qp(pd, &init);
	if (!*qpp)
		return -errno;
	ret = to_init(*qpp);
	if (!ret)
		ret = to_receive(context, *qpp, reads);
	return ret ? ret : to_send(*qpp, reads);
}
