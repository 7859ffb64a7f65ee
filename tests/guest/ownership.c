// SPDX-License-Identifier: GPL-2.0-only
/* Whose the device is: before, meanwhile, and whatever became of the user. */
#include "children.h"
#include "fixture.h"
#include "guest.h"

#include <barrage/mem.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static struct brg_pci_binding binding;

static void undo(void)
{
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

static void a_driver_gets_its_device_back(void **state)
{
	guest_expect_driver("PMR", "nvme");
	assert_good(brg_pci_bind(guest_role("PMR"), "vfio-pci", &binding));
	guest_expect_driver("PMR", "vfio-pci");
	assert_good(brg_pci_restore(&binding));
	guest_expect_driver("PMR", "nvme");
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
	guest_expect_driver("PMR", "nvme");
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
	pid = child_start();
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
	child_await(ready[0]);
	if (meanwhile)
		meanwhile(pid);
	if (sig)
		kill(pid, sig);
	close(gate[1]);
	child_wait(pid);
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
	guest_expect_driver("PROVIDER", "vfio-pci");
}

static void a_second_process_is_told_who_has_it(void **state)
{
	open_in_child_and(0, expect_busy);
	guest_expect_driver("PROVIDER", "");
}

static void whatever_ends_the_process_the_device_goes_back(void **state)
{
	static const int ends[] = { 0, SIGINT, SIGTERM, SIGHUP, SIGKILL };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		open_in_child_and(ends[i], NULL);
		guest_expect_driver("PROVIDER", "");
	}
}

#define OWNER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	OWNER_TEST(a_driver_gets_its_device_back),
	OWNER_TEST(a_device_in_use_by_a_driver_is_not_touched),
	OWNER_TEST(a_second_process_is_told_who_has_it),
	OWNER_TEST(whatever_ends_the_process_the_device_goes_back),
};

const struct guest_suite guest_ownership = GUEST_SUITE(tests);
