/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* mem-kinds - what the kinds of memory share with mem.c */
#ifndef BRG_MEM_KINDS_H
#define BRG_MEM_KINDS_H

#include <barrage/mem.h>
#include <barrage/pci.h>

#include "provider.h"

/**
 * struct brg_mem - one allocation
 * @ops: its kind
 * @params: as given; bdf points at @bdf
 * @size: whole pages
 * @io: for the I/O; NULL while closed
 * @dev: of the memory under test
 * @provider: of kinds that open one through VFIO; NULL while closed
 * @bar: where @dev must be; 0, 0 for kinds that have none
 * @taken: @at is ours
 * @at: of the piece of the BAR, from @bar's start on
 * @dmabuf: -1 where there is none
 * @memfd: behind @dmabuf; -1 where there is none
 */
struct brg_mem {
	const struct brg_mem_ops *ops;
	struct brg_mem_params params;
	char bdf[BRG_PCI_BDF_BYTES];
	size_t size;
	void *io;
	void *dev;
	struct brg_provider *provider;
	struct brg_phys_range bar;
	bool taken;
	uint64_t at;
	int dmabuf;
	int memfd;
};

extern const struct brg_mem_ops brg_mem_host;
extern const struct brg_mem_ops brg_mem_bounce;
extern const struct brg_mem_ops brg_mem_p2p_register;
extern const struct brg_mem_ops brg_mem_cmb;
extern const struct brg_mem_ops brg_mem_dmabuf;
extern const struct brg_mem_ops brg_mem_dmabuf_pages;
extern const struct brg_mem_ops brg_mem_udmabuf;

/**
 * brg_mem_host_pages - anonymous pages, all there and written to
 * @len: whole pages
 * @addrp: receives them; munmap() them
 *
 * Return: 0; -ENOMEM, with brg_last_error() set.
 */
int brg_mem_host_pages(size_t len, void **addrp);

/**
 * brg_mem_set_bar - note where the memory has to be
 * @mem: its params name the part of the BAR
 *
 * Return: 0; -errno of brg_pci_read(), brg_pci_check_bar(); -EINVAL where
 * offset or length are out of the BAR; with brg_last_error() set.
 */
int brg_mem_set_bar(struct brg_mem *mem);

/**
 * brg_mem_export - take a piece of the BAR, and make a dma-buf of it
 * @mem: that is being opened; receives provider, place and dma-buf
 * @use: BRG_PROVIDER_EXPORTED or BRG_PROVIDER_PAGED
 * @align: of the piece, and of its length
 * @flags: of brg_dmabuf_export_ranges()
 *
 * Return: 0; -errno, with brg_last_error() set: brg_mem_unexport() in any case.
 */
int brg_mem_export(struct brg_mem *mem, enum brg_provider_use use,
		   uint64_t align, unsigned int flags);

/** brg_mem_unexport - undo it, however far it got; what is mapped is unmapped */
void brg_mem_unexport(struct brg_mem *mem);

/**
 * brg_mem_prove_export - is the mapping that of the piece, page by page?
 * @mem: open
 * @phys: its page frames
 *
 * Return: 0; -EXDEV, with brg_last_error() set.
 */
int brg_mem_prove_export(const struct brg_mem *mem, const uint64_t *phys);

#endif
