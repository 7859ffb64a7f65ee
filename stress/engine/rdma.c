// SPDX-License-Identifier: GPL-2.0-only
#include "rdma.h"

#include <errno.h>
#include <infiniband/verbs.h>
#include <rdma/ib_user_ioctl_cmds.h>
#include <rdma/ib_user_ioctl_verbs.h>
#include <rdma/rdma_user_ioctl_cmds.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "engine.h"
#include "rdma-queue.h"

#define ACCESS                                                                 \
	(IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ |                     \
	 IBV_ACCESS_REMOTE_WRITE)
#define MAX_ATTRS 9
#define POLL_US 100
#define LIMIT_MS 20000
#define TRIAL_MS 3000

struct rdma_region {
	struct ibv_context *context;
	struct ibv_pd *pd;
	struct ibv_mr *mr;
	uint32_t handle;
	uint32_t rkey;
	bool registered;
};

/* The kernel's own call, which rxe's part of libibverbs need not have. */
struct command {
	struct ib_uverbs_ioctl_hdr header;
	struct ib_uverbs_attr attrs[MAX_ATTRS];
};

static void add(struct command *command, uint16_t id, uint16_t len,
		uint64_t data)
{
	command->attrs[command->header.num_attrs++] = (struct ib_uverbs_attr){
		.attr_id = id,
		.len = len,
		.flags = UVERBS_ATTR_F_MANDATORY,
		.data = data,
	};
}

static int run(const struct rdma_region *region, struct command *command)
{
	command->header.object_id = UVERBS_OBJECT_MR;
	command->header.driver_id = RDMA_DRIVER_RXE;
	command->header.length =
		(uint16_t)(sizeof(command->header) +
			   command->header.num_attrs * sizeof(*command->attrs));
	return ioctl(region->context->cmd_fd, RDMA_VERBS_IOCTL,
		     &command->header) ?
		       -errno :
		       0;
}

static int reg_rxe(struct rdma_region *region, int fd, uint64_t bytes)
{
	struct command command = {
		.header.method_id = UVERBS_METHOD_REG_DMABUF_MR,
	};
	uint32_t lkey = 0;
	int ret;

	add(&command, UVERBS_ATTR_REG_DMABUF_MR_HANDLE, 0, 0);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_PD_HANDLE, 0,
	    region->pd->handle);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_OFFSET, 8, 0);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_LENGTH, 8, bytes);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_IOVA, 8, 0);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_FD, 4, (uint32_t)fd);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_ACCESS_FLAGS, 4, ACCESS);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_RESP_LKEY, 4, (uintptr_t)&lkey);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_RESP_RKEY, 4,
	    (uintptr_t)&region->rkey);
	ret = run(region, &command);
	region->handle = (uint32_t)command.attrs[0].data;
	region->registered = !ret;
	return ret;
}

static int reg(struct rdma_region *region, int fd, uint64_t bytes)
{
	region->mr = ibv_reg_dmabuf_mr(region->pd, 0, bytes, 0, fd, ACCESS);
	if (region->mr)
		region->rkey = region->mr->rkey;
	else if (errno == EOPNOTSUPP)
		return reg_rxe(region, fd, bytes);
	return region->mr ? 0 : -errno;
}

static void dereg(struct rdma_region *region)
{
	struct command command = {
		.header.method_id = UVERBS_METHOD_MR_DESTROY,
	};

	if (region->mr)
		ibv_dereg_mr(region->mr);
	if (!region->registered)
		return;
	add(&command, UVERBS_ATTR_DESTROY_MR_HANDLE, 0, region->handle);
	run(region, &command);
}

static struct ibv_context *open_device(const char *name)
{
	struct ibv_device **devices = ibv_get_device_list(NULL);
	struct ibv_context *context = NULL;

	for (int i = 0; devices && devices[i] && !context; i++)
		if (!strcmp(ibv_get_device_name(devices[i]), name))
			context = ibv_open_device(devices[i]);
	if (devices)
		ibv_free_device_list(devices);
	return context;
}

int rdma_open(const char *name, int fd, uint64_t bytes,
	      struct rdma_region **regionp)
{
	struct rdma_region *region = calloc(1, sizeof(*region));
	int ret = -ENODEV;

	if (!region)
		return -ENOMEM;
	region->context = open_device(name);
	if (region->context)
		region->pd = ibv_alloc_pd(region->context);
	if (region->pd)
		ret = reg(region, fd, bytes);
	if (ret)
		rdma_close(region);
	else
		*regionp = region;
	return ret;
}

void rdma_close(struct rdma_region *region)
{
	if (!region)
		return;
	dereg(region);
	if (region->pd)
		ibv_dealloc_pd(region->pd);
	if (region->context)
		ibv_close_device(region->context);
	free(region);
}

/*
 * What the other end says of a region that is gone, or that it can no longer reach. That
 * end is the same queue pair, so its error may also flush the request before it is told.
 * All else is wrong with the way there, which rdma_find() has seen to work.
 */
static int error_of(enum ibv_wc_status status)
{
	switch (status) {
	case IBV_WC_REM_ACCESS_ERR:
	case IBV_WC_REM_OP_ERR:
	case IBV_WC_WR_FLUSH_ERR:
		return -EACCES;
	default:
		return -EIO;
	}
}

/* those behind one that has failed are flushed: the first one says why */
static int await(struct ibv_cq *cq, unsigned int nr, uint64_t limit_ms)
{
	uint64_t end_ns = engine_now_ns() + limit_ms * 1000000;
	int ret = 0;

	while (nr) {
		struct ibv_wc done;
		int got = ibv_poll_cq(cq, 1, &done);

		if (got < 0)
			return -EIO;
		if (got && done.status != IBV_WC_SUCCESS && !ret)
			ret = error_of(done.status);
		nr -= (unsigned int)got;
		if (!got && engine_now_ns() > end_ns)
			return -ETIMEDOUT;
		if (!got)
			engine_pause_us(POLL_US);
	}
	return ret;
}

static int post(struct rdma_region *region, struct ibv_qp *qp,
		struct ibv_mr *local, const struct rdma_transfer *transfer,
		unsigned int i)
{
	unsigned int nr = transfer->nr_pages, of = transfer->nr_requests;
	uint64_t from = (uint64_t)(i * nr / of) * RDMA_PAGE;
	uint64_t end = (uint64_t)((i + 1) * nr / of) * RDMA_PAGE;
	struct ibv_sge part = {
		.addr = (uintptr_t)local->addr + from,
		.length = (uint32_t)(end - from),
		.lkey = local->lkey,
	};
	struct ibv_send_wr request = {
		.sg_list = &part,
		.num_sge = 1,
		.opcode = transfer->read ? IBV_WR_RDMA_READ : IBV_WR_RDMA_WRITE,
		.send_flags = IBV_SEND_SIGNALED,
		.wr.rdma = { .remote_addr = transfer->offset + from,
			     .rkey = region->rkey },
	}, *bad;

	return -ibv_post_send(qp, &request, &bad);
}

static int post_all(struct rdma_region *region, struct ibv_qp *qp,
		    struct ibv_mr *local, const struct rdma_transfer *transfer)
{
	int ret = 0;

	for (unsigned int i = 0; i < transfer->nr_requests && !ret; i++)
		ret = post(region, qp, local, transfer, i);
	return ret;
}

static int run_for(struct rdma_region *region,
		   const struct rdma_transfer *transfer, uint64_t limit_ms)
{
	struct ibv_mr *local = ibv_reg_mr(
		region->pd, transfer->host,
		(size_t)transfer->nr_pages * RDMA_PAGE, IBV_ACCESS_LOCAL_WRITE);
	struct ibv_cq *cq = ibv_create_cq(region->context, RDMA_MAX_REQUESTS,
					  NULL, NULL, 0);
	struct ibv_qp *qp = NULL;
	int ret = local && cq ? 0 : -ENOMEM;

	if (!ret)
		ret = rdma_queue_open(region->context, region->pd, cq,
				      RDMA_MAX_REQUESTS, &qp);
	if (!ret)
		ret = post_all(region, qp, local, transfer);
	if (!ret)
		ret = await(cq, transfer->nr_requests, limit_ms);
	if (qp)
		ibv_destroy_qp(qp);
	if (cq)
		ibv_destroy_cq(cq);
	if (local)
		ibv_dereg_mr(local);
	return ret;
}

int rdma_run(struct rdma_region *region, const struct rdma_transfer *transfer)
{
	return run_for(region, transfer, LIMIT_MS);
}

/* A queue pair that is connected to itself does not work with every network. */
static int try_device(const char *name, int fd, uint64_t bytes)
{
	struct rdma_transfer transfer = {
		.read = true,
		.host = aligned_alloc(RDMA_PAGE, RDMA_PAGE),
		.nr_pages = 1,
		.nr_requests = 1,
	};
	struct rdma_region *region;
	int ret = transfer.host ? rdma_open(name, fd, bytes, &region) : -ENOMEM;

	if (!ret) {
		ret = run_for(region, &transfer, TRIAL_MS);
		rdma_close(region);
	}
	free(transfer.host);
	return ret;
}

int rdma_find(int fd, uint64_t bytes, char name[RDMA_NAME_BYTES])
{
	struct ibv_device **devices = ibv_get_device_list(NULL);
	int ret = -ENODEV;

	for (int i = 0; ret && devices && devices[i]; i++) {
		snprintf(name, RDMA_NAME_BYTES, "%s",
			 ibv_get_device_name(devices[i]));
		ret = try_device(name, fd, bytes);
	}
	if (devices)
		ibv_free_device_list(devices);
	return ret;
}
