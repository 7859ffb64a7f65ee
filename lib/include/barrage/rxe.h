/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * rxe - an RDMA device without hardware, on a network interface of its own
 *
 * Queue pairs of the device reach each other: packets go from one to the other
 * without ever coming near a wire. Data is copied by the CPU, so figures say
 * what the software costs, never how fast RDMA is.
 *
 * Regions of dma-bufs need the kernel patches of kernel/test-only, and a PCI
 * device that dma-bufs are attached and mapped for: any that is bound to
 * BRG_RXE_PCI_DRIVER, see brg_pci_bind(), one at a time. It is made to do
 * nothing. Unbinding it revokes the regions.
 */
#ifndef BARRAGE_RXE_H
#define BARRAGE_RXE_H

/* whose devices stand for rxe; the kernel's rxe_dma_parent.c */
#define BRG_RXE_PCI_DRIVER "rxe_dma"
/* of the interface, and of the device */
#define BRG_RXE_NAME "brgrxe0"
#define BRG_RXE_ADDRESS "10.98.0.1/24"

/**
 * brg_rxe_add - make the device
 *
 * A dummy interface BRG_RXE_NAME with the address BRG_RXE_ADDRESS, up, and an
 * RDMA device of that name on it, with an MTU of 4096. What a process that was
 * killed has left of them goes first. Not for a machine where others use that
 * network: it is meant for the emulated one. Waits for up to a minute for each
 * step, not counting what the kernel itself waits for, see brg_rxe_remove().
 *
 * Return: 0; -EPERM (not root); -EOPNOTSUPP (the kernel has no dummy interface,
 * or no rxe); -ETIMEDOUT; -errno; with brg_last_error() set, and nothing left.
 */
int brg_rxe_add(void);

/**
 * brg_rxe_remove - the opposite
 *
 * Programs that have the device open lose it. It is gone on return; where there
 * is none, that is fine.
 *
 * Waits for up to a minute for the answer, and for the device to be gone. But an
 * interface goes within the request (netdev_run_todo()), where the kernel waits
 * for what still refers to it, without limit and deaf to signals. It says so in
 * its log every 10 s: "unregister_netdevice: waiting for".
 *
 * Return: 0; -ETIMEDOUT; -errno; with brg_last_error() set.
 */
int brg_rxe_remove(void);

#endif
