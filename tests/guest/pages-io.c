// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct I/O through the mapping of a device whose memory has pages. Each block
 * says what it is, so that data from elsewhere, or from before, cannot pass.
 */
#include "pages.h"

#include "uring.h"

#include <barrage/block.h>
#include <barrage/mmio.h>
#include <barrage/proof.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEN MIB

static uint8_t host[LEN] __attribute__((aligned(4096)));
static struct brg_block_stamp stamp = {
	.tag = 0x9a9e,
	.seed = 1,
	.block_bytes = 512,
};

static void fill(void)
{
	stamp.generation++;
	assert_good(brg_block_fill(host, LEN, 0, &stamp));
}

static void check(void)
{
	assert_good(brg_block_check(host, LEN, 0, &stamp, NULL));
}

static void disk_to_host(void)
{
	memset(host, 0, LEN);
	assert_int_equal(pread(pages_disk(), host, LEN, 0), LEN);
}

static void host_to_disk(void)
{
	assert_int_equal(pwrite(pages_disk(), host, LEN, 0), LEN);
}

static void expect_in_bar(const struct guest *guest, const void *addr,
			  uint64_t offset, size_t nr)
{
	uint64_t *phys = calloc(nr, sizeof(*phys));
	size_t i;

	assert_non_null(phys);
	assert_good(brg_proof_frames(addr, nr, phys));
	for (i = 0; i < nr; i++)
		assert_true(phys[i] == guest->bar_start + offset + i * PAGE);
	free(phys);
}

static const size_t steps[] = { 512, 4096, 65536, LEN };

static void the_disk_gets_what_the_pages_hold(void **state)
{
	uint8_t *bar = pages_begin(*state);
	size_t i, at;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		fill();
		brg_mmio_store(bar, host, LEN);
		for (at = 0; at < LEN; at += steps[i])
			assert_int_equal(pwrite(pages_disk(), bar + at,
						steps[i], (off_t)at),
					 steps[i]);
		disk_to_host();
		check();
	}
	expect_in_bar(*state, bar, PAGES_OFFSET, PAGES_LEN / PAGE);
}

static void the_pages_get_what_the_disk_holds(void **state)
{
	uint8_t *bar = pages_begin(*state);
	size_t i, at;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		fill();
		host_to_disk();
		for (at = 0; at < LEN; at += steps[i])
			assert_int_equal(pread(pages_disk(), bar + at, steps[i],
					       (off_t)at),
					 steps[i]);
		memset(host, 0, LEN);
		brg_mmio_load(host, bar, LEN);
		check();
	}
	expect_in_bar(*state, bar, PAGES_OFFSET, PAGES_LEN / PAGE);
}

static void pages_never_touched_by_the_cpu_take_part(void **state)
{
	const struct guest *guest = *state;
	uint8_t *bar = pages_begin(guest);

	fill();
	host_to_disk();
	/* the I/O itself is the first to fault them in */
	assert_int_equal(pread(pages_disk(), bar + MIB, LEN, 0), LEN);
	memset(host, 0, LEN);
	assert_good(brg_vfio_read(&guest->vfio, guest->bar, PAGES_OFFSET + MIB,
				  host, LEN));
	check();
}

static void io_uring_reads_and_writes(void **state)
{
	uint8_t *bar = pages_begin(*state);

	fill();
	host_to_disk();
	assert_int_equal(uring_read(pages_disk(), bar, LEN), LEN);
	memset(host, 0, LEN);
	brg_mmio_load(host, bar, LEN);
	check();
	fill();
	brg_mmio_store(bar, host, LEN);
	assert_int_equal(uring_write(pages_disk(), bar, LEN), LEN);
	disk_to_host();
	check();
}

static void the_pages_cannot_be_pinned_for_long(void **state)
{
	uint8_t *bar = pages_begin(*state);

	assert_int_equal(guest_touch(bar, true), 0);
	assert_errno(uring_register(bar, PAGE), EREMOTEIO);
	assert_errno(uring_register(bar + 2 * PAGE, 4 * PAGE), EREMOTEIO);
	/* which leaves nothing pinned */
	pages_unmap();
	pages_close();
	pages_begin(*state);
}

static void a_mapping_of_everything_has_both_kinds(void **state)
{
	struct guest *guest = *state;
	uint8_t *bar;

	pages_export(guest);
	/* its first 2 MiB have none; the fixture unmaps it */
	bar = pages_map_at(guest, PAGES_OFFSET - 2 * MIB, 8 * MIB);
	assert_int_equal(guest_touch(bar, true), 0);
	assert_int_equal(guest_touch(bar + 2 * MIB, true), 0);
	expect_in_bar(guest, bar, PAGES_OFFSET - 2 * MIB, 8 * MIB / PAGE);
	pages_expect_direct(bar, false);
	pages_expect_direct(bar + 2 * MIB - PAGE, false);
	pages_expect_direct(bar + 2 * MIB, true);
	pages_expect_direct(bar + 4 * MIB - PAGE, true);
	pages_expect_direct(bar + 4 * MIB, false);
}

static void copies_by_the_kernel_work_too(void **state)
{
	uint8_t *bar = pages_begin(*state);
	int gate[2];

	/* copy_to_user() and copy_from_user() of one word */
	assert_int_equal(pipe(gate), 0);
	*(volatile uint64_t *)bar = 0x0123456789abcdef;
	assert_int_equal(write(gate[1], bar, 8), 8);
	assert_int_equal(read(gate[0], bar + PAGE, 8), 8);
	assert_true(*(volatile uint64_t *)(bar + PAGE) == 0x0123456789abcdef);
	close(gate[0]);
	close(gate[1]);
}

static const struct CMUnitTest tests[] = {
	PAGES_TEST(the_disk_gets_what_the_pages_hold),
	PAGES_TEST(the_pages_get_what_the_disk_holds),
	PAGES_TEST(pages_never_touched_by_the_cpu_take_part),
	PAGES_TEST(io_uring_reads_and_writes),
	PAGES_TEST(the_pages_cannot_be_pinned_for_long),
	PAGES_TEST(a_mapping_of_everything_has_both_kinds),
	PAGES_TEST(copies_by_the_kernel_work_too),
};

const struct guest_suite guest_pages_io = GUEST_SUITE(tests);
