/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dmabuf-shapes - of which sizes, in how many pieces, dma-bufs are measured
 */
#ifndef BENCH_DMABUF_SHAPES_H
#define BENCH_DMABUF_SHAPES_H

#include <stddef.h>
#include <stdint.h>

#include <barrage/dmabuf.h>

#define DMABUF_MAX_SHAPES 8
#define DMABUF_SHAPE_MAX_RANGES 512

/**
 * struct dmabuf_shape - one of them
 * @bytes: together
 * @nr: of @ranges, all of one size, the last one of the memory first: none goes
 *	on where the one before it ended
 */
struct dmabuf_shape {
	uint64_t bytes;
	size_t nr;
	struct brg_dmabuf_range ranges[DMABUF_SHAPE_MAX_RANGES];
};

/**
 * dmabuf_shapes_make - 4 KiB to all of the memory, and one size in pieces
 * @shapes: receives up to DMABUF_MAX_SHAPES
 * @bytes: of the memory
 *
 * Return: how many there are.
 */
size_t dmabuf_shapes_make(struct dmabuf_shape *shapes, uint64_t bytes);

#endif
