/* SPDX-License-Identifier: GPL-2.0-only */
/* needs - what an operation or a scenario cannot do without */
#ifndef STRESS_NEEDS_H
#define STRESS_NEEDS_H

#define NEED_VFIO (1u << 0) /* a provider on vfio-pci */
#define NEED_P2P (1u << 1) /* VFIO_DEVICE_FEATURE_P2P_REGISTER */
#define NEED_DMABUF (1u << 2) /* VFIO_DEVICE_FEATURE_DMA_BUF */
#define NEED_DMABUF_MMAP (1u << 3) /* mmap() of such a dma-buf */
#define NEED_DMABUF_PAGES (1u << 4) /* VFIO_DMA_BUF_FLAG_ALLOC_STRUCT_PAGES */
#define NEED_DISK (1u << 5) /* a scratch disk */
#define NEED_SLOW_DISK (1u << 6) /* one that holds I/O in flight */
#define NEED_IMPORTER (1u << 7) /* a device that imports dma-bufs */
#define NEED_RDMA                                                              \
	(1u << 8) /* an RDMA device that reads from dma-bufs of the BAR */
#define NEED_TWIN (1u << 9) /* a second function on the provider's bus */
#define NEED_SLOT (1u << 10) /* a slot from which the provider can be pulled */
#define NEED_FAIL_NTH (1u << 11) /* CONFIG_FAULT_INJECTION */
#define NEED_RESET (1u << 12) /* VFIO_DEVICE_RESET */
#define NEED_FLR (1u << 13) /* the PCIe capability's FLR */
#define NEED_AF_FLR (1u << 14) /* the AF capability's */
#define NEED_PM (1u << 15) /* the PM capability */
#define NEED_CMB (1u << 16) /* a provider that the driver nvme has: a CMB */
#define NEED_TWO_BARS (1u << 17) /* two BARs that can be P2P memory */
#define NEED_SYSFS_RESET (1u << 18) /* a file "reset" of the device */
#define NEED_REVOKE (1u << 19) /* VFIO_DEVICE_FEATURE_DMA_BUF_REVOKE */
#define NEED_PROVIDER (1u << 20) /* of any kind: on vfio-pci, or a CMB */
#define NEED_8_MIB (1u << 21) /* a BAR of 8 MiB at least */
#define NEED_HELD_DISK                                                         \
	(1u << 22) /* a disk that holds I/O for as long as it is told */
#define NEED_PF (1u << 23) /* the provider is a VF, and its PF is there, too */

#endif
