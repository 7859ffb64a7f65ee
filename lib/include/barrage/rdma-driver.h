/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * rdma-driver - what RDMA drivers do with dma-bufs, from reading Linux 7.3.4
 *
 * What a driver really does is seen by trying. This is what is known without:
 * the reason behind a refusal, and whether a CPU copies the data.
 */
#ifndef BARRAGE_RDMA_DRIVER_H
#define BARRAGE_RDMA_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

/* how ibv_reg_dmabuf_mr() attaches to a dma-buf */
enum brg_rdma_attach {
	BRG_RDMA_ATTACH_UNKNOWN, /* a driver that is not in the table */
	BRG_RDMA_ATTACH_NONE, /* it does not: no reg_user_mr_dmabuf */
	BRG_RDMA_ATTACH_PINNED, /* for good: vfio-pci refuses it */
	BRG_RDMA_ATTACH_REVOCABLE, /* pinned, until it is revoked */
	BRG_RDMA_ATTACH_DYNAMIC, /* mapped when it is used */
};

/**
 * struct brg_rdma_driver - one driver
 * @name: as the kernel calls it, "mlx5"
 * @id: enum rdma_driver_id of <rdma/ib_user_ioctl_verbs.h>
 * @attach: of Linux 7.3; a kernel with patches may do more
 * @cpu_copies: RDMA READ and WRITE are copies by the CPU
 * @source: where in the kernel that stands; one line
 */
struct brg_rdma_driver {
	const char *name;
	uint32_t id;
	enum brg_rdma_attach attach;
	bool cpu_copies;
	const char *source;
};

/**
 * brg_rdma_driver_by_id - look a driver up
 * @id: enum rdma_driver_id
 *
 * Return: never NULL: a driver that is not in the table is "unknown".
 */
const struct brg_rdma_driver *brg_rdma_driver_by_id(uint32_t id);

/**
 * brg_rdma_driver_by_name - the same, by name
 * @name: "mlx5"
 *
 * Return: never NULL.
 */
const struct brg_rdma_driver *brg_rdma_driver_by_name(const char *name);

/**
 * brg_rdma_driver_id - ask the kernel which driver a device has
 * @index: the kernel's number of the device, ibv_get_device_index()
 * @idp: receives enum rdma_driver_id, also of drivers not in the table
 *
 * The PCI device above an RDMA device does not tell: a software driver has
 * none, or its network card's. So it is asked over RDMA netlink
 * (nldev_get_chardev() in the kernel). Waits for the kernel's answer for up to
 * a second. Sets no brg_last_error().
 *
 * Return: 0; -ENODEV; -ENODATA where the kernel does not say (hns and mthca);
 * -errno.
 */
int brg_rdma_driver_id(int index, uint32_t *idp);

/**
 * brg_rdma_attach_text - how it attaches, and what vfio-pci says to that
 * @attach: any
 */
const char *brg_rdma_attach_text(enum brg_rdma_attach attach);

/**
 * brg_rdma_attach_is_accepted - would vfio-pci let such an importer in?
 * @attach: any
 *
 * As vfio_pci_dma_buf_attach() decides: peer-to-peer, and revocable.
 */
bool brg_rdma_attach_is_accepted(enum brg_rdma_attach attach);

#endif
