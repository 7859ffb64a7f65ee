// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/*
 * The kernel's own calls for regions of dma-bufs, as <rdma/ib_user_ioctl_cmds.h>
 * has them, for devices whose part of libibverbs is older than their driver.
 */
#include "verbs-priv.h"

#include <errno.h>
#include <infiniband/verbs.h>
#include <rdma/ib_user_ioctl_cmds.h>
#include <rdma/rdma_user_ioctl_cmds.h>
#include <string.h>
#include <sys/ioctl.h>

#define MAX_ATTRS 9

struct command {
	struct ib_uverbs_ioctl_hdr header;
	struct ib_uverbs_attr attrs[MAX_ATTRS];
};

/* what fits into 8 bytes stands in the attribute itself */
static const struct ib_uverbs_attr *add(struct command *command, uint16_t id,
					uint16_t len, uint64_t data)
{
	struct ib_uverbs_attr *attr =
		&command->attrs[command->header.num_attrs++];

	attr->attr_id = id;
	attr->len = len;
	attr->flags = UVERBS_ATTR_F_MANDATORY;
	attr->data = data;
	return attr;
}

static int run(const struct brg_verbs *verbs, struct command *command)
{
	command->header.object_id = UVERBS_OBJECT_MR;
	command->header.driver_id = verbs->info.driver_id;
	command->header.length =
		(uint16_t)(sizeof(command->header) +
			   command->header.num_attrs * sizeof(*command->attrs));
	return ioctl(verbs->context->cmd_fd, RDMA_VERBS_IOCTL,
		     &command->header) ?
		       -errno :
		       0;
}

int brg_verbs_ioctl_reg_dmabuf(const struct brg_verbs *verbs,
			       const struct brg_verbs_dmabuf *dmabuf,
			       uint32_t access, struct brg_verbs_mr *mr)
{
	struct command command = {
		.header.method_id = UVERBS_METHOD_REG_DMABUF_MR,
	};
	const struct ib_uverbs_attr *handle;
	uint32_t lkey = 0, rkey = 0;
	int ret;

	handle = add(&command, UVERBS_ATTR_REG_DMABUF_MR_HANDLE, 0, 0);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_PD_HANDLE, 0,
	    verbs->pd->handle);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_OFFSET, 8, dmabuf->offset);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_LENGTH, 8, dmabuf->bytes);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_IOVA, 8, dmabuf->iova);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_FD, 4, (uint32_t)dmabuf->fd);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_ACCESS_FLAGS, 4, access);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_RESP_LKEY, 4, (uintptr_t)&lkey);
	add(&command, UVERBS_ATTR_REG_DMABUF_MR_RESP_RKEY, 4, (uintptr_t)&rkey);
	ret = run(verbs, &command);
	if (ret)
		return ret;
	mr->handle = (uint32_t)handle->data;
	mr->lkey = lkey;
	mr->rkey = rkey;
	return 0;
}

int brg_verbs_ioctl_dereg(const struct brg_verbs_mr *mr)
{
	struct command command = {
		.header.method_id = UVERBS_METHOD_MR_DESTROY,
	};

	add(&command, UVERBS_ATTR_DESTROY_MR_HANDLE, 0, mr->handle);
	return run(mr->verbs, &command);
}
