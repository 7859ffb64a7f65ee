// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include "../dmabuf-shapes.h"

#define MIB (1ull << 20)

static struct dmabuf_shape shapes[DMABUF_MAX_SHAPES];

/* all of the bytes once, and no two ranges that could be one */
static void expect_scattered(const struct dmabuf_shape *shape)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < shape->nr; i++) {
		const struct brg_dmabuf_range *range = &shape->ranges[i];

		bytes += range->length;
		assert_int_equal(range->offset % 4096, 0);
		assert_int_equal(range->length % 4096, 0);
		assert_in_range(range->offset + range->length, 1, shape->bytes);
		if (i)
			assert_true(range->offset + range->length ==
				    range[-1].offset);
	}
	assert_true(bytes == shape->bytes);
}

static void they_go_from_a_page_to_the_whole_bar(void **state)
{
	size_t nr = dmabuf_shapes_make(shapes, 64 * MIB);

	assert_int_equal(nr, 7);
	assert_int_equal(shapes[0].bytes, 4096);
	assert_int_equal(shapes[3].bytes, 64 * MIB);
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(shapes[i].nr > 1, i > 3);
		expect_scattered(&shapes[i]);
	}
	assert_int_equal(shapes[6].nr, DMABUF_SHAPE_MAX_RANGES);
}

static void a_small_bar_has_fewer(void **state)
{
	assert_int_equal(dmabuf_shapes_make(shapes, 4096), 1);
	/* memory with struct pages comes in no smaller pieces */
	assert_int_equal(dmabuf_shapes_make(shapes, 2 * MIB), 3);
	assert_true(shapes[2].bytes == 2 * MIB);
	assert_int_equal(dmabuf_shapes_make(shapes, MIB), 2);
	assert_int_equal(dmabuf_shapes_make(shapes, 8 * MIB), 3);
	assert_true(shapes[2].bytes == 8 * MIB);
	/* whose whole is one of the sizes */
	assert_int_equal(dmabuf_shapes_make(shapes, 16 * MIB), 6);
	assert_int_equal(dmabuf_shapes_make(shapes, 16ull << 30), 7);
	assert_true(shapes[3].bytes == 16ull << 30);
	assert_int_equal(dmabuf_shapes_make(shapes, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_go_from_a_page_to_the_whole_bar),
		cmocka_unit_test(a_small_bar_has_fewer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
