// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <barrage/block.h>

#include <errno.h>
#include <stdlib.h>

#define NR 8
#define OFFSET (1ull << 33)

static const struct brg_block_stamp good = {
	.tag = 0xd15c,
	.generation = 7,
	.seed = 0x5eed,
	.block_bytes = 4096,
};

static uint8_t buf[NR * 4096];
static struct brg_block_report report;

static int setup(void **state)
{
	memset(&report, 0, sizeof(report));
	return brg_block_fill(buf, sizeof(buf), OFFSET, &good);
}

static uint8_t *block(unsigned int i)
{
	return buf + i * 4096;
}

static int check(void)
{
	return brg_block_check(buf, sizeof(buf), OFFSET, &good, &report);
}

/* overwrites block 3 with what @stamp would put at @offset */
static void replace(const struct brg_block_stamp *stamp, uint64_t offset)
{
	assert_int_equal(brg_block_fill(block(3), 4096, offset, stamp), 0);
}

static void expect(enum brg_block_fault fault, const char *word)
{
	assert_int_equal(check(), -EILSEQ);
	assert_int_equal(report.fault, fault);
	assert_true(report.offset == OFFSET + 3 * 4096);
	assert_int_equal(report.nr_bad, 1);
	assert_contains(report.text, word);
	assert_error(report.text);
	assert_error("1 of 8 blocks");
}

static void what_was_filled_is_good(void **state)
{
	static const uint32_t sizes[] = { 512, 1024, 2048, 4096 };
	struct brg_block_stamp stamp = good;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		stamp.block_bytes = sizes[i];
		assert_int_equal(brg_block_fill(buf, sizeof(buf), 0, &stamp),
				 0);
		assert_int_equal(
			brg_block_check(buf, sizeof(buf), 0, &stamp, &report),
			0);
		assert_int_equal(report.nr_bad, 0);
	}
}

static void no_two_blocks_are_alike(void **state)
{
	unsigned int i;

	for (i = 1; i < NR; i++)
		assert_memory_not_equal(block(0) + 64, block(i) + 64,
					4096 - 64);
}

static void zeroes_are_seen(void **state)
{
	memset(block(3), 0, 4096);
	expect(BRG_BLOCK_ZEROES, "zeroes");
}

static void all_ones_are_seen(void **state)
{
	memset(block(3), 0xff, 4096);
	expect(BRG_BLOCK_ONES, "all ones");
}

static void an_older_generation_is_stale(void **state)
{
	struct brg_block_stamp old = good;

	old.generation = 6;
	replace(&old, OFFSET + 3 * 4096);
	expect(BRG_BLOCK_STALE, "stale");
	assert_int_equal(report.found_generation, 6);
	assert_contains(report.text, "generation 6");
	assert_contains(report.text, "expected generation 7");
}

static void a_newer_generation_is_told_apart(void **state)
{
	struct brg_block_stamp new = good;

	new.generation = 8;
	replace(&new, OFFSET + 3 * 4096);
	expect(BRG_BLOCK_FUTURE, "future");
}

static void a_block_of_another_offset_is_misplaced(void **state)
{
	replace(&good, OFFSET + 5 * 4096);
	expect(BRG_BLOCK_MISPLACED, "misplaced");
	assert_true(report.found_offset == OFFSET + 5 * 4096);
}

static void a_block_of_another_device_is_foreign(void **state)
{
	struct brg_block_stamp other = good;

	other.tag = 0xbad;
	replace(&other, OFFSET + 3 * 4096);
	expect(BRG_BLOCK_FOREIGN, "foreign");
}

static void a_block_of_another_run_is_foreign(void **state)
{
	struct brg_block_stamp other = good;

	other.seed++;
	replace(&other, OFFSET + 3 * 4096);
	expect(BRG_BLOCK_FOREIGN, "foreign");
}

static void half_an_older_block_is_torn(void **state)
{
	struct brg_block_stamp old = good;
	uint8_t stale[4096];

	old.generation = 6;
	assert_int_equal(brg_block_fill(stale, 4096, OFFSET + 3 * 4096, &old),
			 0);
	memcpy(block(3) + 2048, stale + 2048, 2048);
	expect(BRG_BLOCK_TORN, "torn");
	assert_int_equal(report.byte, 2048);
	assert_int_equal(report.found_generation, 7);
}

static void an_older_first_half_is_torn_as_well(void **state)
{
	struct brg_block_stamp old = good;
	uint8_t stale[4096];

	old.generation = 6;
	assert_int_equal(brg_block_fill(stale, 4096, OFFSET + 3 * 4096, &old),
			 0);
	memcpy(block(3), stale, 2048);
	expect(BRG_BLOCK_TORN, "torn");
	assert_int_equal(report.found_generation, 6);
}

static void a_lost_first_half_is_torn(void **state)
{
	memset(block(3), 0, 1024);
	expect(BRG_BLOCK_TORN, "torn");
	assert_int_equal(report.byte, 0);
}

static void one_flipped_bit_is_found_where_it_is(void **state)
{
	static const unsigned int bytes[] = { 0,  8,  16, 24,	32,
					      40, 48, 56, 1000, 4095 };
	size_t i;

	for (i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		setup(state);
		block(3)[bytes[i]] ^= 0x10;
		assert_int_equal(check(), -EILSEQ);
		assert_int_equal(report.nr_bad, 1);
		assert_int_equal(report.byte, bytes[i]);
	}
}

static void what_is_none_of_ours_is_garbage(void **state)
{
	memset(block(3), 0xa5, 4096);
	expect(BRG_BLOCK_GARBAGE, "garbage");
	assert_contains(report.text, "a5a5a5a5a5a5a5a5");
}

static void the_first_of_several_is_reported_and_all_are_counted(void **state)
{
	memset(block(2), 0, 4096);
	memset(block(5), 0xff, 4096);
	assert_int_equal(check(), -EILSEQ);
	assert_int_equal(report.fault, BRG_BLOCK_ZEROES);
	assert_true(report.offset == OFFSET + 2 * 4096);
	assert_int_equal(report.nr_bad, 2);
	assert_error("2 of 8");
}

static void data_shifted_by_a_sector_is_bad_everywhere(void **state)
{
	memmove(buf, buf + 512, sizeof(buf) - 512);
	assert_int_equal(check(), -EILSEQ);
	assert_int_equal(report.nr_bad, NR);
}

static void a_report_is_not_needed(void **state)
{
	buf[100] ^= 1;
	assert_int_equal(brg_block_check(buf, sizeof(buf), OFFSET, &good, NULL),
			 -EILSEQ);
}

static void sizes_that_do_not_fit_are_refused(void **state)
{
	static const uint32_t bad[] = { 0, 1, 256, 511, 1000, 8192 };
	struct brg_block_stamp stamp = good;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		stamp.block_bytes = bad[i];
		assert_int_equal(brg_block_fill(buf, sizeof(buf), 0, &stamp),
				 -EINVAL);
		assert_int_equal(
			brg_block_check(buf, sizeof(buf), 0, &stamp, NULL),
			-EINVAL);
	}
	assert_int_equal(brg_block_fill(buf, 100, 0, &good), -EINVAL);
	assert_int_equal(brg_block_fill(buf, 4096, 512, &good), -EINVAL);
	assert_int_equal(brg_block_check(buf, 100, 0, &good, NULL), -EINVAL);
}

#define BLOCK_TEST(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BLOCK_TEST(what_was_filled_is_good),
		BLOCK_TEST(no_two_blocks_are_alike),
		BLOCK_TEST(zeroes_are_seen),
		BLOCK_TEST(all_ones_are_seen),
		BLOCK_TEST(an_older_generation_is_stale),
		BLOCK_TEST(a_newer_generation_is_told_apart),
		BLOCK_TEST(a_block_of_another_offset_is_misplaced),
		BLOCK_TEST(a_block_of_another_device_is_foreign),
		BLOCK_TEST(a_block_of_another_run_is_foreign),
		BLOCK_TEST(half_an_older_block_is_torn),
		BLOCK_TEST(an_older_first_half_is_torn_as_well),
		BLOCK_TEST(a_lost_first_half_is_torn),
		BLOCK_TEST(one_flipped_bit_is_found_where_it_is),
		BLOCK_TEST(what_is_none_of_ours_is_garbage),
		BLOCK_TEST(
			the_first_of_several_is_reported_and_all_are_counted),
		BLOCK_TEST(data_shifted_by_a_sector_is_bad_everywhere),
		BLOCK_TEST(a_report_is_not_needed),
		BLOCK_TEST(sizes_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
