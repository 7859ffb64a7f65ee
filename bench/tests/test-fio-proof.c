// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../fio-proof.h"

#define LINE(verdict, kind, pages, in_bar, job)                                \
	"barrage: verdict=" verdict " kind=" kind                              \
	" provider=0000:01:00.0 bar=2 pages=" pages " in_bar=" in_bar          \
	" in_ram=0 phys=0xfe800000 range=0xfe800000-0xfebfffff job=" job "\n"

static int parse(const char *text, const char *kind, unsigned int nr_jobs,
		 struct brg_proof *proof)
{
	return fio_proof_parse(text, brg_mem_find(kind), nr_jobs, proof);
}

static void proofs_of_all_jobs_are_summed(void **state)
{
	struct brg_proof proof;

	assert_int_equal(
		parse("fio: something else\n" LINE("p2p", "p2p-register", "64",
						   "64", "read-4k.0")
			      LINE("p2p", "p2p-register", "16", "16",
				   "read-4k.1"),
		      "p2p-register", 2, &proof),
		0);
	assert_int_equal(proof.verdict, BRG_VERDICT_P2P);
	assert_int_equal(proof.nr_pages, 80);
	assert_int_equal(proof.nr_in_bar, 80);
}

static void host_and_bounce_lie_outside_of_the_bar(void **state)
{
	struct brg_proof proof;

	assert_int_equal(
		parse(LINE("host", "host", "8", "0", "a.0"), "host", 1, &proof),
		0);
	assert_int_equal(proof.verdict, BRG_VERDICT_HOST);
	assert_int_equal(parse(LINE("bounce", "bounce", "8", "0", "a.0"),
			       "bounce", 1, &proof),
			 0);
	assert_int_equal(proof.verdict, BRG_VERDICT_BOUNCE);
}

static void a_missing_proof_is_none(void **state)
{
	struct brg_proof proof;

	assert_int_equal(parse("", "host", 1, &proof), -ENODATA);
	assert_int_equal(parse(LINE("p2p", "p2p-register", "64", "64", "a.0"),
			       "p2p-register", 4, &proof),
			 -ENODATA);
}

static void a_fallback_is_caught(void **state)
{
	static const char *const texts[] = {
		LINE("host", "host", "64", "0", "a.0"),
		LINE("host", "p2p-register", "64", "0", "a.0"),
		LINE("none", "p2p-register", "64", "64", "a.0"),
		LINE("p2p", "p2p-register", "64", "63", "a.0"),
		LINE("p2p", "p2p-register", "0", "0", "a.0"),
		LINE("p2p", "cmb", "64", "64", "a.0"),
		"barrage: verdict=p2p\n",
		"barrage: verdict=",
		/* what follows on the next line is another's */
		"barrage: verdict=p2p kind=p2p-register\n pages=64 in_bar=64",
	};
	struct brg_proof proof;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(parse(texts[i], "p2p-register", 1, &proof),
				 -EXDEV);
		assert_non_null(strstr(brg_last_error(), "fio engine"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_of_all_jobs_are_summed),
		cmocka_unit_test(host_and_bounce_lie_outside_of_the_bar),
		cmocka_unit_test(a_missing_proof_is_none),
		cmocka_unit_test(a_fallback_is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
