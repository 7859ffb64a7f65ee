/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* mem-kinds - what the kinds of memory share with mem.c */
#ifndef BRG_MEM_KINDS_H
#define BRG_MEM_KINDS_H

#include <barrage/mem.h>
#include <barrage/pci.h>

struct brg_provider;

/**
 * struct brg_mem - one allocation
 * @ops: its kind
 * @params: as given; bdf points at @bdf
 * @size: whole pages
 * @io: for the I/O; NULL while closed
 * @dev: of the memory under test
 * @provider: of kinds that open one through VFIO; NULL while closed
 * @bar: where @dev must be; 0, 0 for kinds that have none
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
};

extern const struct brg_mem_ops brg_mem_host;
extern const struct brg_mem_ops brg_mem_bounce;
extern const struct brg_mem_ops brg_mem_p2p_register;
extern const struct brg_mem_ops brg_mem_cmb;

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

#endif
