/* SPDX-License-Identifier: GPL-2.0-only */
/* slot - a place for a mapping and for a dma-buf, and what is there */
#ifndef STRESS_SLOT_H
#define STRESS_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ranges.h"

/* slots: an actor's own come first, those that all share behind them */
#define SLOT_NR_OWN 4
#define SLOT_NR_SHARED 4
#define SLOT_SHARED(n) (SLOT_NR_OWN + (n))
#define SLOT_BYTES (4ull << 20)

struct actor;
struct world;
struct rdma_region;

enum slot_kind {
	SLOT_EMPTY,
	SLOT_P2P, /* of p2pmem/allocate */
	SLOT_BAR, /* of the VFIO device file */
	SLOT_DMABUF, /* of a dma-buf */
	SLOT_HOST,
};

/**
 * struct slot - a place for a mapping and for a dma-buf
 * @addr: where mappings go, always the same; PROT_NONE without one
 * @bytes: of the mapping
 * @bar_page: of the BAR, where it begins; not of P2P memory
 * @kind: what is mapped
 * @epoch: @begun of struct shared when it was mapped: what begins later ends it
 * @mapping: number of the mapping: others here have others
 * @unready: it came to be where its memory may not have answered yet, see shared.h
 * @map_number: of the dma-buf that is mapped, see lent.h
 * @map_ranges: of that; @bar_page is where its first mapped page is
 * @map_page: of that, where the mapping begins
 * @fd: dma-buf; -1 for none
 * @fd_bytes: its size
 * @fd_ranges: where it is in the BAR
 * @fd_pages: it has struct pages
 * @fd_number: number of the dma-buf
 * @fd_holds: it is counted as one that keeps the BAR from being registered
 * @importer: open importer, -1 for none
 * @import_mode: of what it has attached
 * @import_number: number of the dma-buf that it has attached
 * @import_ranges: where that is in the BAR
 * @region: memory region of an RDMA device; NULL for none
 * @region_number: number of the dma-buf that it is of
 * @region_ranges: where that is in the BAR
 * @deregister: how to end that
 * @iova: where the device's address space has a dma-buf, if it has
 * @iova_bytes: how much of it; 0 for none
 */
struct slot {
	char *addr;
	size_t bytes;
	uint64_t bar_page;
	enum slot_kind kind;
	unsigned int epoch;
	uint32_t mapping;
	bool unready;
	uint64_t map_number;
	struct ranges map_ranges;
	uint64_t map_page;
	int fd;
	uint64_t fd_bytes;
	struct ranges fd_ranges;
	bool fd_pages;
	uint64_t fd_number;
	bool fd_holds;
	int importer;
	unsigned int import_mode;
	uint64_t import_number;
	struct ranges import_ranges;
	struct rdma_region *region;
	uint64_t region_number;
	struct ranges region_ranges;
	void (*deregister)(struct rdma_region *region);
	uint64_t iova;
	uint64_t iova_bytes;
};

/** slots_init - give @nr slots their places in the arena, from part @part on */
void slots_init(struct world *world, struct slot *slots, unsigned int nr,
		unsigned int part);

/** slots_clear - unmap and close all of them */
void slots_clear(struct world *world, struct slot *slots, unsigned int nr);

/** slot_of - the slot that an argument means */
struct slot *slot_of(struct actor *actor, int64_t arg);

/**
 * slot_map - map a file at a slot's place, in place of what was there
 * @fd: which; -1: anonymous memory
 *
 * Return: 0 or -errno; the slot is empty then.
 */
int slot_map(struct actor *actor, struct slot *slot, enum slot_kind kind,
	     int fd, uint64_t offset, size_t bytes);

/** slot_unmap - harmless where nothing is mapped */
void slot_unmap(struct slot *slot);

/** slot_close - close its dma-buf, if there is one */
void slot_close(struct world *world, struct slot *slot);

/**
 * slot_fd_result - what became of a call with a slot's dma-buf
 * @fd: that the call had
 * @number: of the dma-buf; read before @fd
 * @ret: how the call ended
 *
 * Who shares the slot may have closed the file meanwhile, and its number may be
 * that of another file: how a call with that fails says nothing.
 *
 * Return: DONE_NOTHING for what failed so, otherwise @ret.
 */
int slot_fd_result(const struct slot *slot, int fd, uint64_t number, int ret);

/** slot_let_go - its dma-buf may be about to end: nobody is to count on it */
void slot_let_go(struct world *world, struct slot *slot);

/**
 * slot_iova_change - take what it has there out of the device's address space
 * @iova: where there is another one by now
 * @bytes: how much of it; 0 for none
 *
 * Of several who do it at the same time one takes out each.
 *
 * Return: 0; DONE_NOTHING where there was none; -errno.
 */
int slot_iova_change(struct world *world, struct slot *slot, uint64_t iova,
		     uint64_t bytes);

/** slot_deregister - end its memory region, if there is one */
void slot_deregister(struct slot *slot);

/** slot_detach - close its importer, if there is one */
void slot_detach(struct world *world, struct slot *slot);

/**
 * slot_range - bound arguments in pages to what is mapped
 * @page: receives an index below the mapping's pages
 * @nr: receives a count that is there from @page on
 *
 * Return: 0, or DONE_NOTHING for an empty slot.
 */
int slot_range(const struct slot *slot, int64_t *page, int64_t *nr);

/** slot_bar_page - the page of the BAR that a page of the mapping is */
uint64_t slot_bar_page(const struct slot *slot, uint64_t page);

/**
 * slot_end_range - bound a count of pages to what is mapped
 * @pages: from the first page on, 0 counts as 1; below 0: so many up to the last one
 * @page: receives the first
 * @nr: receives how many
 *
 * Return: 0, or DONE_NOTHING for an empty slot.
 */
int slot_end_range(const struct slot *slot, int64_t pages, int64_t *page,
		   int64_t *nr);

#endif
