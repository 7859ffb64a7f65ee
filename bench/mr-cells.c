// SPDX-License-Identifier: GPL-2.0-only
#include "mr-cells.h"

#include <errno.h>
#include <stdlib.h>

#include <barrage/log.h>

#define KIB (1ull << 10)
#define MIB (1ull << 20)
#define PAGE 4096ull
#define RANGES_BYTES (4 * MIB) /* of them all together */
#define LARGE_RANGES_BYTES (32 * MIB) /* the same, in fewer */
#define REGION_BYTES (1 * MIB) /* while others are there */

static bool is_left_out(const struct rdma *rdma, enum rdma_kind kind)
{
	return *rdma->skipped[kind];
}

/*
 * From the last to the first, with a gap of the same length between each two:
 * nothing can join them. What has struct pages comes in pieces of 2 MiB.
 */
static void lay_out(struct mr_cell *cell, uint64_t bytes)
{
	uint64_t length = bytes / cell->nr_ranges;

	for (size_t i = 0; i < cell->nr_ranges; i++) {
		uint64_t place = cell->nr_ranges - 1 - i;

		cell->ranges[i] = (struct brg_dmabuf_range){
			.offset = 2 * place * length,
			.length = length,
		};
	}
	if (cell->kind == RDMA_DMABUF_PAGES &&
	    cell->ranges[0].length % BRG_DMABUF_PAGES_ALIGN)
		cell->ranges[0].length = (length / BRG_DMABUF_PAGES_ALIGN + 1) *
					 BRG_DMABUF_PAGES_ALIGN;
}

/* @buffer bytes in @nr_ranges, of which @bytes are registered */
static struct mr_cell *add(struct mr_cells *cells, enum rdma_kind kind,
			   uint64_t bytes, uint64_t buffer, size_t nr_ranges)
{
	struct mr_cell *cell = &cells->cell[cells->nr];

	if (cells->nr == MR_MAX_CELLS)
		return NULL;
	*cell = (struct mr_cell){
		.kind = kind,
		.bytes = bytes,
		.nr_ranges = nr_ranges,
		.ranges = calloc(nr_ranges, sizeof(*cell->ranges)),
	};
	if (!cell->ranges)
		return NULL;
	lay_out(cell, buffer);
	cells->nr++;
	return cell;
}

/* 4 KiB, four times as much, and so on; what is largest in any case */
static int add_sizes(const struct rdma *rdma, enum rdma_kind kind,
		     struct mr_cells *cells)
{
	uint64_t most = rdma_max_bytes(rdma, kind), bytes;

	for (bytes = PAGE; bytes < most; bytes *= 4) {
		if (!add(cells, kind, bytes, bytes, 1))
			return -ENOMEM;
	}
	return add(cells, kind, most, most, 1) ? 0 : -ENOMEM;
}

/* @bytes in 1 to @most ranges, four times as many each time, each of a piece */
static int split(struct mr_cells *cells, enum rdma_kind kind, uint64_t bytes,
		 size_t most)
{
	uint64_t piece = kind == RDMA_DMABUF_PAGES ? BRG_DMABUF_PAGES_ALIGN :
						     PAGE;

	for (size_t nr = 1; nr <= most && bytes / nr >= piece; nr *= 4) {
		if (!add(cells, kind, bytes, bytes, nr))
			return -ENOMEM;
	}
	return 0;
}

/*
 * A small region in many ranges; a larger one in few, as memory with struct
 * pages can be. With the gaps it takes twice as much of the memory.
 */
static int add_ranges(const struct rdma *rdma, enum rdma_kind kind,
		      struct mr_cells *cells)
{
	uint64_t large = rdma_max_bytes(rdma, kind) / 2;
	int ret = 0;

	/* host memory is no dma-buf */
	if (kind == RDMA_HOST)
		return 0;
	if (large > LARGE_RANGES_BYTES)
		large = LARGE_RANGES_BYTES;
	if (kind != RDMA_DMABUF_PAGES && large >= RANGES_BYTES)
		ret = split(cells, kind, RANGES_BYTES, MR_MAX_RANGES);
	if (!ret && (kind == RDMA_DMABUF_PAGES || large > RANGES_BYTES))
		ret = split(cells, kind, large, MR_FEW_RANGES);
	return ret;
}

static int add_registered(const struct rdma *rdma, enum rdma_kind kind,
			  struct mr_cells *cells)
{
	static const uint64_t others[] = { 0, 16 * MIB, 64 * MIB, 256 * MIB };
	uint64_t most = rdma_max_bytes(rdma, kind);

	if (most < 16 * MIB)
		return 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct mr_cell *cell = add(cells, kind, REGION_BYTES,
					   most < 64 * MIB ? most : 64 * MIB,
					   1);

		if (!cell)
			return -ENOMEM;
		cell->others_bytes = others[i];
	}
	return 0;
}

static int add_revoked(const struct rdma *rdma, enum rdma_kind kind,
		       struct mr_cells *cells)
{
	uint64_t sizes[] = { PAGE, 64 * KIB, MIB, rdma_max_bytes(rdma, kind) };

	/* nobody revokes host memory */
	if (kind == RDMA_HOST || kind == RDMA_UDMABUF)
		return 0;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct mr_cell *cell = add(cells, kind, sizes[i], sizes[i], 1);

		if (!cell)
			return -ENOMEM;
		cell->revoked = true;
		cell->stays_dead = rdma->dev->info.driver->attach !=
				   BRG_RDMA_ATTACH_DYNAMIC;
	}
	return 0;
}

int mr_cells_make(const struct rdma *rdma, enum mr_sweep sweep,
		  struct mr_cells *cells)
{
	static int (*const adders[])(const struct rdma *rdma,
				     enum rdma_kind kind,
				     struct mr_cells *cells) = {
		[MR_BY_SIZE] = add_sizes,
		[MR_BY_RANGES] = add_ranges,
		[MR_BY_REGISTERED] = add_registered,
		[MR_AFTER_REVOKE] = add_revoked,
	};

	for (unsigned int kind = 0; kind < RDMA_NR_KINDS; kind++) {
		if (is_left_out(rdma, kind))
			continue;
		if (adders[sweep](rdma, kind, cells))
			return brg_fail(-ENOMEM, "out of memory");
	}
	return 0;
}

void mr_cells_free(struct mr_cells *cells)
{
	for (unsigned int i = 0; i < cells->nr; i++) {
		free(cells->cell[i].ranges);
		for (unsigned int m = 0; m < MR_NR_METRICS; m++)
			samples_free(&cells->cell[i].samples[m]);
	}
	cells->nr = 0;
}

static int write_one(const struct rdma *rdma, const struct mr_cell *cell,
		     enum mr_metric metric, const char *name)
{
	static const char *const names[MR_NR_METRICS] = {
		"register",
		"deregister",
		"deregister-revoked",
	};
	const struct brg_param params[] = {
		{ .name = "bytes", .number = (double)cell->bytes },
		{ .name = "ranges", .number = (double)cell->nr_ranges },
		{ .name = "registered", .number = (double)cell->others_bytes },
		{},
	};
	const struct brg_record record = {
		.name = name,
		.metric = names[metric],
		.unit = "ns",
		.better = "lower",
		.samples = cell->samples[metric].values,
		.nr_samples = cell->samples[metric].nr,
		.params = params,
		.mem = rdma_mem(cell->kind),
		.proof = &rdma->proofs[cell->kind],
		.proof_by_rdma = true,
		.rdma = &rdma->note,
	};

	return output_write(rdma->context->output, &record, false);
}

static int write_left_out(const struct rdma *rdma, enum rdma_kind kind,
			  const char *name)
{
	const struct brg_record record = {
		.name = name,
		.metric = "register",
		.unit = "ns",
		.better = "lower",
		.mem = rdma_mem(kind),
		.rdma = &rdma->note,
		.status = BRG_STATUS_SKIP,
		.reason = rdma->skipped[kind],
	};

	return output_write(rdma->context->output, &record, false);
}

int mr_cells_write(const struct rdma *rdma, const struct mr_cells *cells,
		   const char *name)
{
	int ret = 0;

	for (unsigned int i = 0; i < cells->nr; i++) {
		for (unsigned int m = 0; m < MR_NR_METRICS && !ret; m++) {
			if (cells->cell[i].samples[m].nr)
				ret = write_one(rdma, &cells->cell[i], m, name);
		}
	}
	for (unsigned int kind = 0; kind < RDMA_NR_KINDS && !ret; kind++) {
		if (is_left_out(rdma, kind))
			ret = write_left_out(rdma, kind, name);
	}
	return ret;
}
