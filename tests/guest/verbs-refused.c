// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rxe does not do with a region of a dma-buf: it says so, and the memory is
 * as it was.
 */
#include "verbs.h"

#include "../../lib/verbs-priv.h"
#include "host.h"

#include <errno.h>
#include <infiniband/verbs.h>
#include <rdma/ib_user_ioctl_cmds.h>
#include <rdma/ib_user_ioctl_verbs.h>
#include <rdma/rdma_user_ioctl_cmds.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BYTES (16 * PAGE)

static int reg_access(struct verbs *v, int fd, uint32_t access)
{
	const struct brg_verbs_dmabuf dmabuf = { .fd = fd, .bytes = BYTES };
	struct brg_verbs_mr mr = { .verbs = v->dev };
	int ret = brg_verbs_ioctl_reg_dmabuf(v->dev, &dmabuf, access, &mr);

	return ret ? ret : brg_verbs_ioctl_dereg(&mr);
}

static void rights_that_io_memory_cannot_give(void **state)
{
	const uint32_t all = IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ |
			     IBV_ACCESS_REMOTE_WRITE;
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);

	assert_good(reg_access(v, fd, 0));
	assert_good(reg_access(v, fd, IBV_ACCESS_REMOTE_READ));
	assert_good(reg_access(v, fd, all));
	assert_good(reg_access(v, fd, all | IBV_ACCESS_RELAXED_ORDERING));
	assert_errno(reg_access(v, fd, all | IBV_ACCESS_REMOTE_ATOMIC),
		     EOPNOTSUPP);
	/* these the kernel refuses for every device */
	assert_errno(reg_access(v, fd, IBV_ACCESS_REMOTE_WRITE), EINVAL);
	assert_errno(reg_access(v, fd, all | IBV_ACCESS_MW_BIND), EINVAL);
	assert_errno(reg_access(v, fd, all | IBV_ACCESS_ON_DEMAND), EINVAL);
	close(fd);
}

/* the rights that a region has count for what it is used for */
static void what_the_region_does_not_allow(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);
	const struct brg_verbs_dmabuf dmabuf = { .fd = fd, .bytes = BYTES };
	struct brg_verbs_mr mr = { .verbs = v->dev, .bytes = BYTES };
	struct brg_verbs_request request = {
		.op = BRG_VERBS_READ,
		.local = &mr,
		.remote = &v->local,
		.bytes = PAGE,
	};

	assert_good(verbs_reg(v, fd, BYTES, &mr));
	verbs_fill(v->host, PAGE, 1);
	assert_good(verbs_write(v, 0, &mr, 0, PAGE));
	assert_good(brg_verbs_dereg(&mr));

	mr = (struct brg_verbs_mr){ .verbs = v->dev, .bytes = BYTES };
	assert_good(brg_verbs_ioctl_reg_dmabuf(v->dev, &dmabuf,
					       IBV_ACCESS_REMOTE_READ, &mr));
	assert_good(verbs_read(v, &mr, 0, PAGE, PAGE));
	assert_memory_equal(v->host + PAGE, v->host, PAGE);
	verbs_fill(v->host + PAGE, PAGE, 2);
	assert_errno(verbs_write(v, PAGE, &mr, 0, PAGE), EACCES);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	/* into it from this end, which needs LOCAL_WRITE */
	request.remote_offset = PAGE;
	assert_int_not_equal(brg_verbs_transfer(&v->pair, &request), 0);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	assert_int_equal(host_holds("provider", 0, v->host, PAGE), 0);
	assert_good(brg_verbs_ioctl_dereg(&mr));
	close(fd);
}

/* the status of a request that libibverbs knows and the library does not */
static uint32_t post_raw(struct verbs *v, struct ibv_send_wr *wr)
{
	struct ibv_qp_attr attr = {
		.qp_state = IBV_QPS_RTS,
		.qp_access_flags =
			IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ |
			IBV_ACCESS_REMOTE_WRITE | IBV_ACCESS_REMOTE_ATOMIC,
	};
	struct brg_verbs_done done;
	struct ibv_send_wr *bad;
	struct ibv_sge sge = {
		.addr = v->local.iova,
		.length = 8,
		.lkey = v->local.lkey,
	};

	wr->sg_list = &sge;
	wr->num_sge = 1;
	wr->send_flags = IBV_SEND_SIGNALED;
	/* the queue pair allows all of it */
	assert_int_equal(ibv_modify_qp(v->pair.ends[1].qp, &attr,
				       IBV_QP_STATE | IBV_QP_ACCESS_FLAGS),
			 0);
	assert_int_equal(ibv_post_send(v->pair.ends[0].qp, wr, &bad), 0);
	assert_good(brg_verbs_wait(&v->pair, BRG_VERBS_PATIENCE_MS, &done));
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	return done.status;
}

/* ATOMIC_WRITE is a request of queue pairs that are made for it */
static uint32_t atomic_write(struct verbs *v, const struct brg_verbs_mr *mr)
{
	struct brg_verbs_end *end = &v->pair.ends[0];
	struct ibv_qp_init_attr_ex init = {
		.qp_type = IBV_QPT_RC,
		.send_cq = end->cq,
		.recv_cq = end->cq,
		.cap = {
			.max_send_wr = VERBS_DEPTH,
			.max_recv_wr = 1,
			.max_send_sge = 1,
			.max_recv_sge = 1,
		},
		.pd = v->dev->pd,
		.comp_mask = IBV_QP_INIT_ATTR_PD |
			     IBV_QP_INIT_ATTR_SEND_OPS_FLAGS,
		.send_ops_flags = IBV_QP_EX_WITH_ATOMIC_WRITE,
	};
	const uint8_t zeros[8] = {};
	struct brg_verbs_done done;
	struct ibv_qp_ex *qp;

	ibv_destroy_qp(end->qp);
	end->qp = ibv_create_qp_ex(v->dev->context, &init);
	assert_non_null(end->qp);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	qp = ibv_qp_to_qp_ex(end->qp);
	ibv_wr_start(qp);
	qp->wr_id = 1;
	qp->wr_flags = IBV_SEND_SIGNALED;
	ibv_wr_atomic_write(qp, mr->rkey, mr->iova, zeros);
	assert_int_equal(ibv_wr_complete(qp), 0);
	assert_good(brg_verbs_wait(&v->pair, BRG_VERBS_PATIENCE_MS, &done));
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	return done.status;
}

static void atomics(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);
	struct brg_verbs_mr mr;
	struct ibv_send_wr wr = { .opcode = IBV_WR_ATOMIC_FETCH_AND_ADD };

	assert_good(verbs_reg(v, fd, BYTES, &mr));
	verbs_fill(v->host + PAGE, PAGE, 3);
	assert_good(verbs_write(v, PAGE, &mr, 0, PAGE));
	wr.wr.atomic.rkey = mr.rkey;
	wr.wr.atomic.compare_add = 1;
	assert_int_equal(post_raw(v, &wr), IBV_WC_REM_ACCESS_ERR);
	wr.opcode = IBV_WR_ATOMIC_CMP_AND_SWP;
	assert_int_equal(post_raw(v, &wr), IBV_WC_REM_ACCESS_ERR);

	/* REMOTE_WRITE is right enough for this one */
	assert_int_equal(atomic_write(v, &v->local), IBV_WC_SUCCESS);
	assert_int_equal(atomic_write(v, &mr), IBV_WC_REM_INV_REQ_ERR);
	assert_int_equal(host_holds("provider", 0, v->host + PAGE, PAGE), 0);
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

/* ADVISE_MR, which libibverbs has for mlx5 only */
static int prefetch(struct verbs *v, uint32_t lkey, uint64_t addr,
		    uint32_t flags)
{
	struct ib_uverbs_sge sge = { .addr = addr, .length = 8, .lkey = lkey };
	struct {
		struct ib_uverbs_ioctl_hdr header;
		struct ib_uverbs_attr attrs[4];
	} command = {
		.header = {
			.length = sizeof(command),
			.object_id = UVERBS_OBJECT_MR,
			.method_id = UVERBS_METHOD_ADVISE_MR,
			.num_attrs = 4,
			.driver_id = v->dev->info.driver->id,
		},
		.attrs = {
			{ .attr_id = UVERBS_ATTR_ADVISE_MR_PD_HANDLE,
			  .flags = UVERBS_ATTR_F_MANDATORY,
			  .data = v->dev->pd->handle },
			{ .attr_id = UVERBS_ATTR_ADVISE_MR_ADVICE,
			  .len = 8,
			  .flags = UVERBS_ATTR_F_MANDATORY,
			  .data = IB_UVERBS_ADVISE_MR_ADVICE_PREFETCH_WRITE },
			{ .attr_id = UVERBS_ATTR_ADVISE_MR_FLAGS,
			  .len = 4,
			  .flags = UVERBS_ATTR_F_MANDATORY,
			  .data = flags },
			{ .attr_id = UVERBS_ATTR_ADVISE_MR_SGE_LIST,
			  .len = sizeof(sge),
			  .flags = UVERBS_ATTR_F_MANDATORY,
			  .data = (uintptr_t)&sge },
		},
	};

	return ioctl(v->dev->context->cmd_fd, RDMA_VERBS_IOCTL,
		     &command.header) ?
		       -errno :
		       0;
}

/* Linux 7.3 takes them for what they are not */
static void prefetching_what_is_there_already(void **state)
{
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);
	struct brg_verbs_mr mr;
	struct ibv_mr *demand;

	assert_good(verbs_reg(v, fd, BYTES, &mr));
	for (uint32_t flags = 0; flags <= IB_UVERBS_ADVISE_MR_FLAG_FLUSH;
	     flags += IB_UVERBS_ADVISE_MR_FLAG_FLUSH) {
		assert_errno(prefetch(v, mr.lkey, 0, flags), EINVAL);
		assert_errno(prefetch(v, v->local.lkey, v->local.iova, flags),
			     EINVAL);
	}
	/* and so that this is not refused for another reason: one on demand */
	demand = ibv_reg_mr(v->dev->pd, v->host, VERBS_HOST_BYTES,
			    IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_ON_DEMAND);
	assert_non_null(demand);
	assert_good(prefetch(v, demand->lkey, (uintptr_t)v->host,
			     IB_UVERBS_ADVISE_MR_FLAG_FLUSH));
	assert_int_equal(ibv_dereg_mr(demand), 0);
	assert_good(verbs_write(v, 0, &mr, 0, PAGE));
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

static void a_second_importer(void **state)
{
	struct brg_pci_binding second = {};
	struct verbs *v = *state;
	int fd = verbs_export(v, 0, BYTES);
	struct brg_verbs_mr mr;

	assert_good(verbs_reg(v, fd, BYTES, &mr));
	assert_errno(brg_pci_bind(guest_role("OTHER_EDU"), BRG_RXE_PCI_DRIVER,
				  &second),
		     EBUSY);
	assert_good(verbs_write(v, 0, &mr, 0, PAGE));

	/* one after the other */
	assert_good(brg_pci_restore(&v->parent));
	assert_errno(verbs_write(v, 0, &mr, 0, PAGE), EACCES);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	assert_errno(reg_access(v, fd, 0), EOPNOTSUPP);
	assert_good(brg_pci_bind(guest_role("OTHER_EDU"), BRG_RXE_PCI_DRIVER,
				 &v->parent));
	assert_good(reg_access(v, fd, 0));
	assert_errno(verbs_write(v, 0, &mr, 0, PAGE), EACCES);
	assert_good(brg_verbs_pair_reconnect(&v->pair));
	assert_good(brg_verbs_dereg(&mr));
	assert_good(verbs_reg(v, fd, BYTES, &mr));
	assert_good(verbs_write(v, 0, &mr, 0, PAGE));
	assert_good(brg_verbs_dereg(&mr));
	close(fd);
}

static const struct CMUnitTest tests[] = {
	VERBS_TEST(rights_that_io_memory_cannot_give),
	VERBS_TEST(what_the_region_does_not_allow),
	VERBS_TEST(atomics),
	VERBS_TEST(prefetching_what_is_there_already),
	VERBS_TEST(a_second_importer),
};

const struct guest_suite guest_verbs_refused = GUEST_SUITE(tests);
