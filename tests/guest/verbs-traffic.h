/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs-traffic - RDMA WRITEs to a region that do not end by themselves
 *
 * A thread keeps VERBS_DEPTH requests under way, until one fails.
 */
#ifndef VERBS_TRAFFIC_H
#define VERBS_TRAFFIC_H

#include "verbs.h"

/* so many packets that a request is mostly on its way */
#define VERBS_TRAFFIC_BYTES (32 * 1024)

/**
 * verbs_traffic_start - begin
 * @v: its pair is the thread's until verbs_traffic_end()
 * @op: BRG_VERBS_WRITE or BRG_VERBS_READ
 * @mr: region; its first VERBS_DEPTH * VERBS_TRAFFIC_BYTES are used
 */
void verbs_traffic_start(struct verbs *v, enum brg_verbs_op op,
			 const struct brg_verbs_mr *mr);

/** verbs_traffic_post - without a thread: VERBS_DEPTH writes, no wait for them */
void verbs_traffic_post(struct verbs *v, const struct brg_verbs_mr *mr);

/** verbs_traffic_await - wait, bounded, until requests were done */
void verbs_traffic_await(void);

/**
 * verbs_traffic_end - wait, bounded, until one has failed and all are over
 *
 * The pair is connected again.
 *
 * Return: the status of the one that failed first.
 */
uint32_t verbs_traffic_end(void);

/** verbs_traffic_abort - for fixtures: harmless without a start */
void verbs_traffic_abort(struct verbs *v);

#endif
