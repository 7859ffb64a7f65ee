// SPDX-License-Identifier: GPL-2.0-only
#include "rdma.h"

#include <errno.h>

#include <barrage/log.h>

int rdma_refused(int err)
{
	return err == -EACCES ?
		       brg_fail(-EPROTO, "a region that is registered: %s",
				brg_last_error()) :
		       err;
}

int rdma_transfer(struct brg_verbs_pair *pair,
		  const struct brg_verbs_request *request)
{
	return rdma_refused(brg_verbs_transfer(pair, request));
}
