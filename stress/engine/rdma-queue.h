/* SPDX-License-Identifier: GPL-2.0-only */
/* rdma-queue - a queue pair that is connected to itself */
#ifndef STRESS_RDMA_QUEUE_H
#define STRESS_RDMA_QUEUE_H

#include <infiniband/verbs.h>

/**
 * rdma_queue_open - make a reliable queue pair that answers itself
 * @context: open device, of which the first port is used
 * @cq: for its completions
 * @nr: requests that may be in flight
 * @qpp: receives it, ready to send; ibv_destroy_qp() it, also after a failure,
 *	unless it is NULL
 *
 * Return: 0; -errno.
 */
int rdma_queue_open(struct ibv_context *context, struct ibv_pd *pd,
		    struct ibv_cq *cq, unsigned int nr, struct ibv_qp **qpp);

#endif
