// SPDX-License-Identifier: GPL-2.0-only
/* The library's kinds of memory on real devices. */
#include "fixture.h"
#include "guest.h"

#include <barrage/mem.h>

#include <errno.h>

/* A test that fails leaves it to the fixture to close what it had open. */
static struct brg_mem *opened;
static struct brg_pci_binding binding;

static void close_kind(void)
{
	brg_mem_close(opened);
	opened = NULL;
}

static void undo(void)
{
	close_kind();
	UNDO(brg_pci_restore(&binding));
}

static int setup(void **state)
{
	fixture_begin(undo);
	return 0;
}

static int teardown(void **state)
{
	return fixture_end();
}

static void open_kind(const char *kind, const char *role, unsigned int bar)
{
	const struct brg_mem_params params = {
		.bdf = role ? guest_role(role) : NULL,
		.bar = bar,
		.size_bytes = 256 * 1024,
	};

	assert_good(brg_mem_open(brg_mem_find(kind), &params, &opened));
}

static void expect_proof(enum brg_verdict verdict)
{
	struct brg_proof proof;

	assert_good(brg_mem_prove(opened, &proof));
	assert_string_equal(brg_verdict_name(proof.verdict),
			    brg_verdict_name(verdict));
	assert_int_equal(proof.nr_pages, 64);
	assert_int_equal(proof.nr_in_bar, verdict == BRG_VERDICT_P2P ? 64 : 0);
	assert_int_equal(proof.nr_in_ram, verdict == BRG_VERDICT_P2P ? 0 : 64);
}

/* Memory that answers: PMR does only where the library enabled it. */
static void expect_it_answers(void)
{
	uint64_t words[64], back[64];
	unsigned int i;

	for (i = 0; i < 64; i++)
		words[i] = (i + 1) * 0x9e3779b97f4a7c15ull;
	brg_mem_store(opened, 4096, words, sizeof(words));
	brg_mem_load(opened, 4096, back, sizeof(back));
	assert_memory_equal(words, back, sizeof(words));
}

static void check_kind(const char *kind, const char *role, unsigned int bar,
		       enum brg_verdict verdict)
{
	open_kind(kind, role, bar);
	expect_proof(verdict);
	expect_it_answers();
	expect_proof(verdict);
	close_kind();
}

static void host_is_proved_to_be_host(void **state)
{
	check_kind("host", NULL, 0, BRG_VERDICT_HOST);
}

static void bounce_is_proved_to_bounce(void **state)
{
	check_kind("bounce", "PROVIDER", 2, BRG_VERDICT_BOUNCE);
	guest_expect_driver("PROVIDER", "");
}

static void p2p_register_is_proved_to_be_p2p(void **state)
{
	check_kind("p2p-register", "PROVIDER", 2, BRG_VERDICT_P2P);
	guest_expect_driver("PROVIDER", "");
}

static void a_persistent_memory_region_is_made_to_answer(void **state)
{
	assert_good(brg_pci_bind(guest_role("PMR"), "vfio-pci", &binding));
	check_kind("p2p-register", "PMR", 4, BRG_VERDICT_P2P);
	check_kind("bounce", "PMR", 4, BRG_VERDICT_BOUNCE);
	guest_expect_driver("PMR", "vfio-pci");
	assert_good(brg_pci_restore(&binding));
}

static void cmb_is_proved_to_be_p2p_in_whichever_bar_it_is(void **state)
{
	check_kind("cmb", "CMB", 5, BRG_VERDICT_P2P);
}

static void too_much_is_enomem_with_what_there_is(void **state)
{
	const struct brg_mem_params params = {
		.bdf = guest_role("PROVIDER"),
		.bar = 2,
		.reg_bytes = 2 * MIB,
		.size_bytes = 3 * MIB,
	};
	static const char *const kinds[] = { "bounce", "p2p-register" };
	struct brg_mem *mem;
	size_t i;

	for (i = 0; i < 2; i++) {
		assert_errno(
			brg_mem_open(brg_mem_find(kinds[i]), &params, &mem),
			ENOMEM);
		assert_error("BAR exhausted: 3 MiB wanted, 2 MiB of 2 MiB");
		guest_expect_driver("PROVIDER", "");
	}
}

static void an_unaligned_range_is_explained(void **state)
{
	const struct brg_mem_params params = {
		.bdf = guest_role("PROVIDER"),
		.bar = 2,
		.offset_bytes = MIB,
		.size_bytes = 4096,
	};
	struct brg_mem *mem;

	assert_errno(brg_mem_open(brg_mem_find("p2p-register"), &params, &mem),
		     EINVAL);
	assert_error("multiples of 2 MiB");
	guest_expect_driver("PROVIDER", "");
}

#define KINDS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	KINDS_TEST(host_is_proved_to_be_host),
	KINDS_TEST(bounce_is_proved_to_bounce),
	KINDS_TEST(p2p_register_is_proved_to_be_p2p),
	KINDS_TEST(a_persistent_memory_region_is_made_to_answer),
	KINDS_TEST(cmb_is_proved_to_be_p2p_in_whichever_bar_it_is),
	KINDS_TEST(too_much_is_enomem_with_what_there_is),
	KINDS_TEST(an_unaligned_range_is_explained),
};

const struct guest_suite guest_kinds = GUEST_SUITE(tests);
