// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <barrage/proof.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "iomem.h"

static const struct brg_phys_range bar = { 0x3800000000, 0x3803ffffff };
static const struct brg_phys_range ram[] = { { 0x1000, 0x9fbff },
					     { 0x100000, 0x7fffffff } };

static enum brg_verdict judge(const uint64_t *phys, size_t nr,
			      struct brg_proof *proof)
{
	brg_proof_judge(phys, nr, &bar, ram, 2, proof);
	return proof->verdict;
}

static void every_page_in_the_bar_is_p2p(void **state)
{
	const uint64_t phys[] = { 0x3800000000, 0x3803fff000, 0x3801234000 };
	struct brg_proof proof;

	assert_int_equal(judge(phys, 3, &proof), BRG_VERDICT_P2P);
	assert_int_equal(proof.nr_pages, 3);
	assert_int_equal(proof.nr_in_bar, 3);
	assert_int_equal(proof.nr_in_ram, 0);
	assert_true(proof.first_phys == 0x3800000000);
	assert_contains(proof.text, "3 in the BAR");
}

static void every_page_in_ram_is_host(void **state)
{
	const uint64_t phys[] = { 0x2000, 0x7ffff000 };
	struct brg_proof proof;

	assert_int_equal(judge(phys, 2, &proof), BRG_VERDICT_HOST);
	assert_int_equal(proof.nr_in_ram, 2);
}

static void one_page_of_ram_among_the_bars_is_no_proof(void **state)
{
	const uint64_t phys[] = { 0x3800000000, 0x200000, 0x3801234000 };
	struct brg_proof proof;

	assert_int_equal(judge(phys, 3, &proof), BRG_VERDICT_NONE);
	assert_int_equal(proof.nr_in_bar, 2);
	assert_int_equal(proof.nr_in_ram, 1);
}

static void the_page_behind_the_bar_is_not_in_it(void **state)
{
	const uint64_t after[] = { 0x3804000000 }, before[] = { 0x37fffff000 };
	struct brg_proof proof;

	assert_int_equal(judge(after, 1, &proof), BRG_VERDICT_NONE);
	assert_int_equal(judge(before, 1, &proof), BRG_VERDICT_NONE);
}

static void a_page_that_is_nowhere_is_no_proof(void **state)
{
	const uint64_t phys[] = { 0xfee00000 };
	struct brg_proof proof;

	assert_int_equal(judge(phys, 1, &proof), BRG_VERDICT_NONE);
}

static void no_page_is_no_proof(void **state)
{
	struct brg_proof proof;

	assert_int_equal(judge(NULL, 0, &proof), BRG_VERDICT_NONE);
}

static void a_bar_inside_ram_is_believed_by_nobody(void **state)
{
	const struct brg_phys_range wrong = { 0x200000, 0x3fffff };
	const uint64_t phys[] = { 0x200000 };
	struct brg_proof proof;

	brg_proof_judge(phys, 1, &wrong, ram, 2, &proof);
	assert_int_equal(proof.verdict, BRG_VERDICT_NONE);
}

static void without_a_bar_there_is_no_p2p(void **state)
{
	const uint64_t phys[] = { 0x3800000000 };
	struct brg_proof proof;

	brg_proof_judge(phys, 1, NULL, ram, 2, &proof);
	assert_int_equal(proof.verdict, BRG_VERDICT_NONE);
}

static int parse(const char *text, struct brg_phys_range *ranges, size_t max)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int ret;

	assert_non_null(file);
	ret = brg_iomem_ram(file, ranges, max);
	fclose(file);
	return ret;
}

static void ram_is_read_from_the_memory_map(void **state)
{
	struct brg_phys_range ranges[4];

	assert_int_equal(parse("00000000-00000fff : Reserved\n"
			       "00001000-0009fbff : System RAM\n"
			       "000a0000-000bffff : PCI Bus 0000:00\n"
			       "00100000-7fffffff : System RAM\n"
			       "  01000000-01ffffff : Kernel code\n"
			       "3800000000-3803ffffff : PCI Bus 0000:01\n"
			       "  3800000000-3803ffffff : System RAM\n"
			       "100000000-27fffffff : System RAM (kmem)\n",
			       ranges, 4),
			 2);
	assert_int_equal(ranges[0].start, 0x1000);
	assert_int_equal(ranges[0].end, 0x9fbff);
	assert_int_equal(ranges[1].end, 0x7fffffff);
}

static void a_memory_map_of_zeroes_is_hidden(void **state)
{
	struct brg_phys_range ranges[4];

	assert_int_equal(parse("00000000-00000000 : System RAM\n", ranges, 4),
			 -EPERM);
	assert_int_equal(parse("00001000-00001fff : System RAM\n"
			       "00003000-00003fff : System RAM\n",
			       ranges, 1),
			 -ENOSPC);
}

static void frames_of_this_process_or_the_reason_why_not(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t phys[4];
	void *addr;
	int ret;

	addr = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	assert_ptr_not_equal(addr, MAP_FAILED);
	ret = brg_proof_frames(addr, 4, phys);
	if (ret) {
		assert_int_equal(ret, -EPERM);
		assert_error("CAP_SYS_ADMIN");
	} else {
		assert_true(phys[0] && phys[0] % page == 0);
		assert_true(phys[0] != phys[1]);
	}
	munmap(addr, 4 * page);
}

static void verdicts_have_names(void **state)
{
	assert_string_equal(brg_verdict_name(BRG_VERDICT_HOST), "host");
	assert_string_equal(brg_verdict_name(BRG_VERDICT_BOUNCE), "bounce");
	assert_string_equal(brg_verdict_name(BRG_VERDICT_P2P), "p2p");
	assert_string_equal(brg_verdict_name(BRG_VERDICT_NONE), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_in_the_bar_is_p2p),
		cmocka_unit_test(every_page_in_ram_is_host),
		cmocka_unit_test(one_page_of_ram_among_the_bars_is_no_proof),
		cmocka_unit_test(the_page_behind_the_bar_is_not_in_it),
		cmocka_unit_test(a_page_that_is_nowhere_is_no_proof),
		cmocka_unit_test(no_page_is_no_proof),
		cmocka_unit_test(a_bar_inside_ram_is_believed_by_nobody),
		cmocka_unit_test(without_a_bar_there_is_no_p2p),
		cmocka_unit_test(ram_is_read_from_the_memory_map),
		cmocka_unit_test(a_memory_map_of_zeroes_is_hidden),
		cmocka_unit_test(frames_of_this_process_or_the_reason_why_not),
		cmocka_unit_test(verdicts_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
