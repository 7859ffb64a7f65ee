// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include <barrage/rdma-driver.h>

#include <rdma/ib_user_ioctl_verbs.h>
#include <stddef.h>
#include <string.h>

#define IB "drivers/infiniband/"

/* what Linux 7.3.4 says, file by file */
static const struct brg_rdma_driver drivers[] = {
	{ .name = "mlx5",
	  .id = RDMA_DRIVER_MLX5,
	  .attach = BRG_RDMA_ATTACH_DYNAMIC,
	  .source = IB "hw/mlx5/mr.c: mlx5_ib_dmabuf_attach_ops" },
	{ .name = "irdma",
	  .id = RDMA_DRIVER_IRDMA,
	  .attach = BRG_RDMA_ATTACH_REVOCABLE,
	  .source = IB "hw/irdma/verbs.c: irdma_reg_user_mr_dmabuf()" },
	{ .name = "efa",
	  .id = RDMA_DRIVER_EFA,
	  .attach = BRG_RDMA_ATTACH_PINNED,
	  .source = IB "hw/efa/efa_verbs.c: efa_reg_user_mr_dmabuf()" },
	{ .name = "bnxt_re",
	  .id = RDMA_DRIVER_BNXT_RE,
	  .attach = BRG_RDMA_ATTACH_PINNED,
	  .source = IB "hw/bnxt_re/ib_verbs.c: bnxt_re_reg_user_mr_dmabuf()" },
	{ .name = "mana",
	  .id = RDMA_DRIVER_MANA,
	  .attach = BRG_RDMA_ATTACH_PINNED,
	  .source = IB "hw/mana/mr.c: mana_ib_reg_user_mr_dmabuf()" },
	{ .name = "ionic",
	  .id = RDMA_DRIVER_IONIC,
	  .attach = BRG_RDMA_ATTACH_PINNED,
	  .source = IB
	  "hw/ionic/ionic_controlpath.c: ionic_reg_user_mr_dmabuf()" },
	{ .name = "rxe",
	  .id = RDMA_DRIVER_RXE,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .cpu_copies = true,
	  .source = IB "sw/rxe/rxe_verbs.c: rxe_dev_ops" },
	{ .name = "siw",
	  .id = RDMA_DRIVER_SIW,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .cpu_copies = true,
	  .source = IB "sw/siw/siw_main.c: siw_device_ops" },
	{ .name = "hfi1",
	  .id = RDMA_DRIVER_HFI1,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .cpu_copies = true,
	  .source = IB "hw/hfi1/rc.c: rvt_copy_sge()" },
	{ .name = "cxgb4",
	  .id = RDMA_DRIVER_CXGB4,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .source = IB "hw/cxgb4/provider.c: c4iw_dev_ops" },
	{ .name = "erdma",
	  .id = RDMA_DRIVER_ERDMA,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .source = IB "hw/erdma/erdma_main.c: erdma_device_ops" },
	{ .name = "hns",
	  .id = RDMA_DRIVER_HNS,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .source = IB "hw/hns/hns_roce_main.c: hns_roce_dev_ops" },
	{ .name = "mlx4",
	  .id = RDMA_DRIVER_MLX4,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .source = IB "hw/mlx4/main.c: mlx4_ib_dev_ops" },
	{ .name = "mthca",
	  .id = RDMA_DRIVER_MTHCA,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .source = IB "hw/mthca/mthca_provider.c: mthca_dev_ops" },
	{ .name = "ocrdma",
	  .id = RDMA_DRIVER_OCRDMA,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .source = IB "hw/ocrdma/ocrdma_main.c: ocrdma_dev_ops" },
	{ .name = "qedr",
	  .id = RDMA_DRIVER_QEDR,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .source = IB "hw/qedr/main.c: qedr_dev_ops" },
	{ .name = "usnic",
	  .id = RDMA_DRIVER_USNIC,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .source = IB "hw/usnic/usnic_ib_main.c: usnic_dev_ops" },
	{ .name = "vmw_pvrdma",
	  .id = RDMA_DRIVER_VMW_PVRDMA,
	  .attach = BRG_RDMA_ATTACH_NONE,
	  .source = IB "hw/vmw_pvrdma/pvrdma_main.c: pvrdma_dev_ops" },
};

static const struct brg_rdma_driver unknown = {
	.name = "unknown",
	.attach = BRG_RDMA_ATTACH_UNKNOWN,
	.source = "not in the table: try it",
};

const struct brg_rdma_driver *brg_rdma_driver_by_id(uint32_t id)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++) {
		if (drivers[i].id == id)
			return &drivers[i];
	}
	return &unknown;
}

const struct brg_rdma_driver *brg_rdma_driver_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++) {
		if (!strcmp(drivers[i].name, name))
			return &drivers[i];
	}
	return &unknown;
}

const char *brg_rdma_attach_text(enum brg_rdma_attach attach)
{
	switch (attach) {
	case BRG_RDMA_ATTACH_NONE:
		return "it has no dma-buf memory regions";
	case BRG_RDMA_ATTACH_PINNED:
		return "it pins a dma-buf for good, and vfio-pci lets in only "
		       "importers whose mappings it can revoke";
	case BRG_RDMA_ATTACH_REVOCABLE:
		return "it pins a dma-buf until that is revoked, as vfio-pci "
		       "wants it";
	case BRG_RDMA_ATTACH_DYNAMIC:
		return "it maps a dma-buf anew after each move, as vfio-pci "
		       "wants it";
	default:
		return "what it does with dma-bufs is not known";
	}
}

bool brg_rdma_attach_is_accepted(enum brg_rdma_attach attach)
{
	return attach == BRG_RDMA_ATTACH_REVOCABLE ||
	       attach == BRG_RDMA_ATTACH_DYNAMIC;
}
