// SPDX-License-Identifier: GPL-2.0-only
#include "dmabuf-shapes.h"

#define SPLIT_BYTES (16ull << 20)

static size_t add(struct dmabuf_shape *shapes, size_t at, uint64_t bytes,
		  size_t nr)
{
	struct dmabuf_shape *shape = &shapes[at];
	uint64_t piece = bytes / nr;

	shape->bytes = bytes;
	shape->nr = nr;
	for (size_t i = 0; i < nr; i++) {
		shape->ranges[i].offset = (nr - 1 - i) * piece;
		shape->ranges[i].length = piece;
	}
	return at + 1;
}

size_t dmabuf_shapes_make(struct dmabuf_shape *shapes, uint64_t bytes)
{
	static const uint64_t sizes[] = { 4u << 10, 1u << 20, SPLIT_BYTES };
	static const size_t splits[] = { 8, 64, DMABUF_SHAPE_MAX_RANGES };
	size_t nr = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (sizes[i] <= bytes)
			nr = add(shapes, nr, sizes[i], 1);
	}
	if (bytes && (!nr || shapes[nr - 1].bytes != bytes))
		nr = add(shapes, nr, bytes, 1);
	for (size_t i = 0; i < sizeof(splits) / sizeof(*splits); i++) {
		if (bytes >= SPLIT_BYTES)
			nr = add(shapes, nr, SPLIT_BYTES, splits[i]);
	}
	return nr;
}
