/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dmabuf-kinds - dma-bufs of each kind, made range by range
 */
#ifndef BENCH_DMABUF_KINDS_H
#define BENCH_DMABUF_KINDS_H

#include <stdbool.h>
#include <stdint.h>

#include <barrage/dmabuf.h>
#include <barrage/proof.h>

#include "target.h"

/* what there is of host memory, and so the largest baseline */
#define DMABUF_HOST_BYTES (64ull << 20)

/**
 * struct dmabuf_source - what dma-bufs are made of
 * @target: open
 * @host: memory of this process, anonymous, of DMABUF_HOST_BYTES; NULL: none
 * @memfd: what udmabufs are made of, as large; -1: none
 * @shared: its mapping
 */
struct dmabuf_source {
	const struct target *target;
	void *host;
	int memfd;
	void *shared;
};

/**
 * struct dmabuf_kind - one kind
 * @name: in brg_mem_kinds()
 * @align: of each range's offset and length
 * @nr_samples: how often in one turn
 * @revocable: brg_dmabuf_revoke() takes it
 * @is_host: of DMABUF_HOST_BYTES, not of the BAR
 * @make: a dma-buf of these ranges; NULL: the kind is none
 * @prove: that it is what it is called: the memory itself, not more of its kind
 *
 * @make and @prove return 0, or -errno with brg_last_error() set; @make returns
 * -EOPNOTSUPP or -ENOTTY where this kernel does not have it.
 */
struct dmabuf_kind {
	const char *name;
	uint64_t align;
	unsigned int nr_samples;
	bool revocable;
	bool is_host;
	int (*make)(const struct dmabuf_source *source,
		    const struct brg_dmabuf_range *ranges, size_t nr, int *fdp);
	int (*prove)(const struct dmabuf_source *source,
		     struct brg_proof *proof);
};

/** dmabuf_kinds - all of them; the last one has no name */
extern const struct dmabuf_kind dmabuf_kinds[];

/**
 * dmabuf_source_open - get the host memory
 * @source: with the target; receives the rest
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int dmabuf_source_open(struct dmabuf_source *source);

/** dmabuf_source_close - give it back; one that failed to open is fine */
void dmabuf_source_close(struct dmabuf_source *source);

/**
 * dmabuf_kind_copy - to or from the memory, as its owner sees it
 * @kind: of memory
 * @source: open
 * @data: of @bytes
 * @bytes: from the start of the memory
 * @store: to the memory
 *
 * Host memory by its own mapping, a BAR through the VFIO file: past everything
 * that a dma-buf goes through.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int dmabuf_kind_copy(const struct dmabuf_kind *kind,
		     const struct dmabuf_source *source, void *data,
		     size_t bytes, bool store);

/** dmabuf_kind_bytes - the most that a dma-buf of the kind can have */
uint64_t dmabuf_kind_bytes(const struct dmabuf_kind *kind,
			   const struct dmabuf_source *source);

#endif
