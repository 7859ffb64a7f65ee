// SPDX-License-Identifier: GPL-2.0-only
/* The library's kinds of memory on real devices. */
#include "guest.h"

#include <barrage/clock.h>
#include <barrage/mem.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_NS 60000000000ull
#define POLL_NS 10000000ull

/* A test that fails leaves it to the fixture to close what it had open. */
static struct brg_mem *opened;
static struct brg_pci_binding binding;

static int setup(void **state)
{
	return guest_mark(state);
}

static int teardown(void **state)
{
	brg_mem_close(opened);
	opened = NULL;
	assert_good(brg_pci_restore(&binding));
	return guest_judge(state);
}

static void close_kind(void)
{
	brg_mem_close(opened);
	opened = NULL;
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

static void expect_driver(const char *role, const char *driver)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	struct brg_pci pci;

	for (;;) {
		assert_good(brg_pci_read(guest_role(role), &pci));
		if (!strcmp(pci.driver, driver))
			return;
		if (!brg_clock_left_ms(end))
			fail_msg("%s is on \"%s\", not \"%s\"", pci.bdf,
				 pci.driver, driver);
		brg_clock_sleep_ns(POLL_NS);
	}
}

static void host_is_proved_to_be_host(void **state)
{
	check_kind("host", NULL, 0, BRG_VERDICT_HOST);
}

static void bounce_is_proved_to_bounce(void **state)
{
	check_kind("bounce", "PROVIDER", 2, BRG_VERDICT_BOUNCE);
	expect_driver("PROVIDER", "");
}

static void p2p_register_is_proved_to_be_p2p(void **state)
{
	check_kind("p2p-register", "PROVIDER", 2, BRG_VERDICT_P2P);
	expect_driver("PROVIDER", "");
}

static void a_persistent_memory_region_is_made_to_answer(void **state)
{
	assert_good(brg_pci_bind(guest_role("PMR"), "vfio-pci", &binding));
	check_kind("p2p-register", "PMR", 4, BRG_VERDICT_P2P);
	check_kind("bounce", "PMR", 4, BRG_VERDICT_BOUNCE);
	expect_driver("PMR", "vfio-pci");
	assert_good(brg_pci_restore(&binding));
}

static void cmb_is_proved_to_be_p2p_in_whichever_bar_it_is(void **state)
{
	check_kind("cmb", "CMB", 5, BRG_VERDICT_P2P);
}

static void a_driver_gets_its_device_back(void **state)
{
	expect_driver("PMR", "nvme");
	assert_good(brg_pci_bind(guest_role("PMR"), "vfio-pci", &binding));
	expect_driver("PMR", "vfio-pci");
	assert_good(brg_pci_restore(&binding));
	expect_driver("PMR", "nvme");
}

static void a_device_in_use_by_a_driver_is_not_touched(void **state)
{
	const struct brg_mem_params params = {
		.bdf = guest_role("PMR"),
		.bar = 4,
		.size_bytes = 4096,
	};
	struct brg_mem *mem;

	assert_errno(brg_mem_open(brg_mem_find("p2p-register"), &params, &mem),
		     EBUSY);
	assert_error("driver nvme holds it");
	expect_driver("PMR", "nvme");
}

/* A child opens the provider, and is ended by @sig while it has it. */
static void open_in_child_and(int sig, void (*meanwhile)(pid_t child))
{
	const struct brg_mem_params params = {
		.bdf = guest_role("PROVIDER"),
		.bar = 2,
		.size_bytes = 4096,
	};
	struct brg_mem *mem;
	int ready[2], gate[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(gate), 0);
	pid = fork();
	if (!pid) {
		close(gate[1]);
		if (brg_mem_open(brg_mem_find("p2p-register"), &params, &mem) ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		/* returns when the parent lets go, without closing anything */
		_exit(read(gate[0], &byte, 1) != 0);
	}
	close(ready[1]);
	close(gate[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	if (meanwhile)
		meanwhile(pid);
	if (sig)
		kill(pid, sig);
	close(gate[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(ready[0]);
}

static void expect_busy(pid_t child)
{
	const struct brg_mem_params params = {
		.bdf = guest_role("PROVIDER"),
		.bar = 2,
		.size_bytes = 4096,
	};
	char holder[32];
	struct brg_mem *mem;

	assert_errno(brg_mem_open(brg_mem_find("p2p-register"), &params, &mem),
		     EBUSY);
	snprintf(holder, sizeof(holder), "(pid %d)", child);
	assert_error("already open by");
	assert_error(holder);
	expect_driver("PROVIDER", "vfio-pci");
}

static void a_second_process_is_told_who_has_it(void **state)
{
	open_in_child_and(0, expect_busy);
	expect_driver("PROVIDER", "");
}

static void whatever_ends_the_process_the_device_goes_back(void **state)
{
	static const int ends[] = { 0, SIGINT, SIGTERM, SIGHUP, SIGKILL };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		open_in_child_and(ends[i], NULL);
		expect_driver("PROVIDER", "");
	}
	check_kind("p2p-register", "PROVIDER", 2, BRG_VERDICT_P2P);
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
		expect_driver("PROVIDER", "");
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
	expect_driver("PROVIDER", "");
}

#define KINDS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	KINDS_TEST(host_is_proved_to_be_host),
	KINDS_TEST(bounce_is_proved_to_bounce),
	KINDS_TEST(p2p_register_is_proved_to_be_p2p),
	KINDS_TEST(a_persistent_memory_region_is_made_to_answer),
	KINDS_TEST(cmb_is_proved_to_be_p2p_in_whichever_bar_it_is),
	KINDS_TEST(a_driver_gets_its_device_back),
	KINDS_TEST(a_device_in_use_by_a_driver_is_not_touched),
	KINDS_TEST(a_second_process_is_told_who_has_it),
	KINDS_TEST(whatever_ends_the_process_the_device_goes_back),
	KINDS_TEST(too_much_is_enomem_with_what_there_is),
	KINDS_TEST(an_unaligned_range_is_explained),
};

const struct guest_suite guest_kinds = GUEST_SUITE(tests);
