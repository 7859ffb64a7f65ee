/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/*
 * provider - a VFIO device whose BARs this process uses, counted
 *
 * Two allocations on one BAR share one VFIO file and one registration, or one
 * mapping. A BAR is used in one way at a time: a registered BAR cannot be
 * mapped through VFIO, and registering one takes its mappings away.
 */
#ifndef BRG_PROVIDER_H
#define BRG_PROVIDER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <barrage/pci.h>
#include <barrage/vfio.h>

#include "slices.h"

enum brg_provider_use {
	BRG_PROVIDER_UNUSED,
	BRG_PROVIDER_MAPPED, /* by VFIO: for the CPU only */
	BRG_PROVIDER_REGISTERED, /* page-backed: p2pmem */
	BRG_PROVIDER_EXPORTED, /* pieces of it are dma-bufs */
	BRG_PROVIDER_PAGED, /* pieces of it are dma-bufs with pages */
};

/* how one BAR is used; @refs of 0: not */
struct brg_bar_use {
	enum brg_provider_use use;
	unsigned int refs;
	uint64_t offset;
	uint64_t length;
	void *map;
	struct brg_slices slices;
};

/* @slices is under @lock; all else under the list's lock in provider.c */
struct brg_provider {
	struct brg_provider *next;
	unsigned int refs; /* of all BARs together */
	pid_t owner;
	struct brg_pci pci;
	struct brg_pci_binding binding;
	struct brg_vfio vfio;
	pthread_mutex_t lock;
	struct brg_bar_use bars[BRG_PCI_NR_BARS];
};

/**
 * brg_provider_get - open, or share, a BAR
 * @bdf: device
 * @bar: number
 * @use: of the BAR
 * @offset: into the BAR
 * @length: 0: the rest of the BAR
 * @providerp: receives the provider, for brg_provider_put()
 *
 * Binds a device that has no driver to vfio-pci.
 *
 * Return: 0; -EBUSY where this process uses the BAR in another way or range;
 * the errors of brg_pci_*(), brg_vfio_*(), brg_p2p_register(); with
 * brg_last_error() set.
 */
int brg_provider_get(const char *bdf, unsigned int bar,
		     enum brg_provider_use use, uint64_t offset,
		     uint64_t length, struct brg_provider **providerp);

/**
 * brg_provider_put - undo brg_provider_get()
 * @provider: from it
 * @bar: as given
 *
 * The last use of a BAR unregisters or unmaps it; the last of a device closes
 * it and gives it back. In a forked child it only lets go.
 */
void brg_provider_put(struct brg_provider *provider, unsigned int bar);

/** brg_provider_vfio - the open device */
const struct brg_vfio *brg_provider_vfio(const struct brg_provider *provider);

/**
 * brg_provider_take - take a piece of a BAR
 * @provider: from brg_provider_get(), but with REGISTERED
 * @bar: as given
 * @len: whole pages; pieces lie at multiples of what all lengths, and the
 *	range's offset, are multiples of
 * @atp: receives where it is in the range
 *
 * Return: 0; -ENOMEM where no gap is as large; with brg_last_error() set.
 */
int brg_provider_take(struct brg_provider *provider, unsigned int bar,
		      size_t len, uint64_t *atp);

/**
 * brg_provider_give - give a piece back
 * @provider: from brg_provider_get()
 * @bar: as given
 * @at: from brg_provider_take()
 */
void brg_provider_give(struct brg_provider *provider, unsigned int bar,
		       uint64_t at);

/**
 * brg_provider_at - the address of a piece
 * @provider: from brg_provider_get() with MAPPED
 * @bar: as given
 * @at: from brg_provider_take()
 */
void *brg_provider_at(const struct brg_provider *provider, unsigned int bar,
		      uint64_t at);

/**
 * brg_provider_prove - is this mapping really that piece of the BAR?
 * @provider: from brg_provider_get()
 * @bar: as given
 * @at: from brg_provider_take()
 * @addr: where it is mapped
 * @len: of it
 *
 * The kernel shows no page frames of a device's mapping, so this asks for what
 * they are good for: a number stored through the mapping, in the piece's first
 * and last word, is read back through the VFIO file, from where it must be in
 * the BAR. The words are put back.
 *
 * Return: 0; -EXDEV where it is not; -errno; with brg_last_error() set.
 */
int brg_provider_prove(const struct brg_provider *provider, unsigned int bar,
		       uint64_t at, void *addr, size_t len);

#endif
