// SPDX-License-Identifier: GPL-2.0-only
/* A thousand registrations leave nothing behind. */
#include "guest.h"

#include "ledger.h"

#include <barrage/sysfs.h>

#include <errno.h>
#include <sys/mman.h>

#define NR_CYCLES 1000
#define NR_OPENINGS 30
#define NR_WARM_UP 20

static struct ledger before;

/*
 * Most of a cycle's time are grace periods. Expedited ones are as good for
 * what is tested here, and save minutes.
 */
static void expedite(bool on)
{
	brg_sysfs_write(on ? "1" : "0", "kernel/rcu_expedited");
}

static int setup(void **state)
{
	expedite(true);
	return guest_setup(state);
}

static int teardown(void **state)
{
	expedite(false);
	return guest_teardown(state);
}

static void register_map_unregister(const struct guest *guest)
{
	uint8_t *addr;

	assert_good(brg_p2p_register(&guest->vfio, guest->bar, 0, 2 * MIB));
	addr = guest_map(guest, 4 * PAGE);
	assert_int_equal(guest_touch(addr, true), 0);
	/* which has to take the mapping away as well */
	guest_unregister(guest);
	munmap(addr, 4 * PAGE);
}

static void a_thousand_registrations_do_not_grow_the_kernel(void **state)
{
	const struct guest *guest = *state;
	int i;

	for (i = 0; i < NR_WARM_UP; i++)
		register_map_unregister(guest);
	ledger_read(&before);
	for (i = 0; i < NR_CYCLES; i++)
		register_map_unregister(guest);
	ledger_expect_no_growth(&before, NR_CYCLES);
}

static void closing_instead_of_unregistering_does_not_either(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr;
	int i;

	for (i = 0; i < NR_OPENINGS + 5; i++) {
		if (i == 5)
			ledger_read(&before);
		assert_good(
			brg_p2p_register(&guest->vfio, guest->bar, 0, 2 * MIB));
		addr = guest_map(guest, PAGE);
		guest_reopen(guest);
		munmap(addr, PAGE);
	}
	ledger_expect_no_growth(&before, NR_OPENINGS);
}

static void failing_registrations_do_not_either(void **state)
{
	const struct guest *guest = *state;
	const struct vfio_device_feature_p2p_register reg = {
		.region_index = guest->bar,
		.offset = PAGE,
	};
	int i;

	for (i = 0; i < NR_CYCLES + NR_WARM_UP; i++) {
		if (i == NR_WARM_UP)
			ledger_read(&before);
		assert_errno(guest_set(guest, reg), EINVAL);
	}
	ledger_expect_no_growth(&before, NR_CYCLES);
}

#define GROWTH_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	GROWTH_TEST(a_thousand_registrations_do_not_grow_the_kernel),
	GROWTH_TEST(closing_instead_of_unregistering_does_not_either),
	GROWTH_TEST(failing_registrations_do_not_either),
};

const struct guest_suite guest_growth = GUEST_SUITE(tests);
