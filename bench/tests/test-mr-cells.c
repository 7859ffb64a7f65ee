// SPDX-License-Identifier: GPL-2.0-only
/* What is measured of memory regions, and what is written of it. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "../mr-cells.h"

#define KIB (1ull << 10)
#define MIB (1ull << 20)
#define MAX_RECORDS 64

static uint64_t bar_bytes;
static struct mr_cells cells;
static struct brg_verbs dev;
static struct rdma rdma = { .dev = &dev };

/* of each record */
static struct {
	char metric[32];
	char reason[64];
	const struct brg_mem_ops *mem;
	enum brg_status status;
} written[MAX_RECORDS];
static unsigned int nr_written;

const struct brg_mem_ops *rdma_mem(enum rdma_kind kind)
{
	static const char *const names[] = { "host", "udmabuf", "dmabuf",
					     "dmabuf-pages" };

	return brg_mem_find(names[kind]);
}

uint64_t rdma_max_bytes(const struct rdma *of, enum rdma_kind kind)
{
	uint64_t limit = kind == RDMA_UDMABUF ? 64 * MIB : UINT64_MAX;

	return bar_bytes < limit ? bar_bytes : limit;
}

int output_write(struct output *output, const struct brg_record *record,
		 bool exact)
{
	assert_in_range(nr_written, 0, MAX_RECORDS - 1);
	strncpy(written[nr_written].metric, record->metric,
		sizeof(written->metric) - 1);
	if (record->reason)
		strncpy(written[nr_written].reason, record->reason,
			sizeof(written->reason) - 1);
	written[nr_written].mem = record->mem;
	written[nr_written++].status = record->status;
	return 0;
}

static int setup(void **state)
{
	static struct bench_context context;

	bar_bytes = 64 * MIB;
	dev.info.driver = brg_rdma_driver_by_name("irdma");
	memset(rdma.skipped, 0, sizeof(rdma.skipped));
	memset(written, 0, sizeof(written));
	nr_written = 0;
	rdma.context = &context;
	return 0;
}

static int teardown(void **state)
{
	mr_cells_free(&cells);
	return cells.nr;
}

static void make(enum mr_sweep sweep)
{
	assert_int_equal(mr_cells_make(&rdma, sweep, &cells), 0);
}

/* of this memory, whole pieces, apart from each other, none after its like */
static void expect_laid_out(const struct mr_cell *cell)
{
	uint64_t piece = cell->kind == RDMA_DMABUF_PAGES ? 2 * MIB : 4 * KIB;
	uint64_t bytes = 0;

	for (size_t i = 0; i < cell->nr_ranges; i++) {
		const struct brg_dmabuf_range *range = &cell->ranges[i];

		bytes += range->length;
		assert_true(range->length);
		assert_true(!(range->offset % piece || range->length % piece));
		assert_true(range->offset + range->length <=
			    rdma_max_bytes(&rdma, cell->kind));
		if (i)
			assert_true(range->offset + range->length <
				    range[-1].offset);
	}
	assert_true(bytes >= cell->bytes);
}

static unsigned int count(enum rdma_kind kind, uint64_t bytes, size_t nr_ranges)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < cells.nr; i++)
		nr += cells.cell[i].kind == kind &&
		      cells.cell[i].bytes == bytes &&
		      cells.cell[i].nr_ranges == nr_ranges;
	return nr;
}

static void sizes_go_from_a_page_to_the_whole_bar(void **state)
{
	make(MR_BY_SIZE);
	for (unsigned int kind = 0; kind < RDMA_NR_KINDS; kind++) {
		assert_int_equal(count(kind, 4 * KIB, 1), 1);
		assert_int_equal(count(kind, 64 * MIB, 1), 1);
	}
	for (unsigned int i = 0; i < cells.nr; i++)
		expect_laid_out(&cells.cell[i]);
}

static void ranges_cannot_be_joined(void **state)
{
	static const uint64_t bars[] = { 4, 8, 16, 32, 64, 256, 16384 };

	for (size_t i = 0; i < sizeof(bars) / sizeof(*bars); i++) {
		bar_bytes = bars[i] * MIB;
		make(MR_BY_RANGES);
		assert_int_equal(count(RDMA_HOST, 4 * MIB, 1), 0);
		for (unsigned int c = 0; c < cells.nr; c++) {
			const struct mr_cell *cell = &cells.cell[c];

			expect_laid_out(cell);
			/* each combination once */
			assert_int_equal(
				count(cell->kind, cell->bytes, cell->nr_ranges),
				1);
		}
		mr_cells_free(&cells);
	}
}

static void each_kind_of_dma_buf_has_ranges(void **state)
{
	make(MR_BY_RANGES);
	for (size_t nr = 1; nr <= 1024; nr *= 4) {
		assert_int_equal(count(RDMA_UDMABUF, 4 * MIB, nr), 1);
		assert_int_equal(count(RDMA_DMABUF, 4 * MIB, nr), 1);
		assert_int_equal(count(RDMA_DMABUF_PAGES, 4 * MIB, nr), 0);
	}
	for (unsigned int kind = RDMA_UDMABUF; kind < RDMA_NR_KINDS; kind++) {
		for (size_t nr = 1; nr <= 16; nr *= 4)
			assert_int_equal(count(kind, 32 * MIB, nr), 1);
		assert_int_equal(count(kind, 32 * MIB, 64), 0);
	}
}

static void a_small_bar_has_fewer_ranges(void **state)
{
	bar_bytes = 4 * MIB;
	make(MR_BY_RANGES);
	assert_int_equal(count(RDMA_DMABUF, 4 * MIB, 1), 0);
	assert_int_equal(count(RDMA_DMABUF_PAGES, 2 * MIB, 1), 1);
	assert_int_equal(count(RDMA_DMABUF_PAGES, 2 * MIB, 4), 0);
}

static void others_are_beside(void **state)
{
	uint64_t most = 0;

	make(MR_BY_REGISTERED);
	for (unsigned int i = 0; i < cells.nr; i++) {
		const struct mr_cell *cell = &cells.cell[i];

		expect_laid_out(cell);
		assert_true(cell->others_bytes <= MR_MAX_OTHERS * 16 * MIB);
		if (cell->others_bytes > most)
			most = cell->others_bytes;
	}
	assert_true(most == 256 * MIB);
}

static void only_bars_are_revoked(void **state)
{
	make(MR_AFTER_REVOKE);
	assert_int_equal(cells.nr, 8);
	for (unsigned int i = 0; i < cells.nr; i++) {
		assert_in_range(cells.cell[i].kind, RDMA_DMABUF,
				RDMA_DMABUF_PAGES);
		assert_true(cells.cell[i].revoked);
		assert_true(cells.cell[i].stays_dead);
	}
}

static void what_is_mapped_anew_is_not_called_revoked(void **state)
{
	dev.info.driver = brg_rdma_driver_by_name("mlx5");
	make(MR_AFTER_REVOKE);
	assert_int_equal(cells.nr, 8);
	for (unsigned int i = 0; i < cells.nr; i++) {
		assert_true(cells.cell[i].revoked);
		assert_false(cells.cell[i].stays_dead);
	}
}

static void a_kind_that_is_left_out_says_why(void **state)
{
	strcpy(rdma.skipped[RDMA_DMABUF], "card0 pins it for good");
	make(MR_BY_SIZE);
	assert_int_equal(count(RDMA_DMABUF, 4 * KIB, 1), 0);
	assert_int_equal(samples_add(&cells.cell[0].samples[MR_REGISTER], 1),
			 0);
	assert_int_equal(mr_cells_write(&rdma, &cells, "mr-size"), 0);
	/* what has no samples has no record */
	assert_int_equal(nr_written, 2);
	assert_string_equal(written[0].metric, "register");
	assert_int_equal(written[0].status, BRG_STATUS_PASS);
	assert_ptr_equal(written[0].mem, rdma_mem(RDMA_HOST));
	assert_int_equal(written[1].status, BRG_STATUS_SKIP);
	assert_ptr_equal(written[1].mem, rdma_mem(RDMA_DMABUF));
	assert_string_equal(written[1].reason, "card0 pins it for good");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sizes_go_from_a_page_to_the_whole_bar),
		TEST(ranges_cannot_be_joined),
		TEST(each_kind_of_dma_buf_has_ranges),
		TEST(a_small_bar_has_fewer_ranges),
		TEST(others_are_beside),
		TEST(only_bars_are_revoked),
		TEST(what_is_mapped_anew_is_not_called_revoked),
		TEST(a_kind_that_is_left_out_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
