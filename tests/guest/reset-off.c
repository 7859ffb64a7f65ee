// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device whose memory does not answer, for one reason or for two: frozen it
 * stays until the last of them is gone.
 */
#include "reset.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

static void expect_frozen(const struct guest *guest)
{
	guest_expect_state(guest, VFIO_P2P_STATE_FROZEN);
	assert_errno(guest_map_errno(guest, PAGE), EAGAIN);
}

/* The test's path is the first reason, @second another. */
static void check_two(struct reset *r, const struct reset_path *second)
{
	const struct guest *guest = &r->guest;

	guest_register(guest);
	assert_good(reset_begin(r));
	expect_frozen(guest);
	assert_good(second->begin(guest));
	expect_frozen(guest);
	/* in the order in which they came */
	reset_finish(r);
	expect_frozen(guest);
	assert_good(second->end(guest));
	reset_expect_alive(r);
	/* and in the other */
	assert_good(reset_begin(r));
	assert_good(second->begin(guest));
	assert_good(second->end(guest));
	expect_frozen(guest);
	reset_finish(r);
	reset_expect_alive(r);
}

static void and_memory_off(void **state)
{
	check_two(*state, &reset_memory_off);
}

static void and_d3hot(void **state)
{
	check_two(*state, &reset_d3hot);
}

static void and_low_power(void **state)
{
	check_two(*state, &reset_low_power);
}

static void twice_is_undone_once(void **state)
{
	struct reset *r = *state;

	guest_register(&r->guest);
	assert_good(reset_begin(r));
	assert_good(r->path->begin(&r->guest));
	expect_frozen(&r->guest);
	reset_finish(r);
	reset_expect_alive(r);
}

static void low_power_twice_is_einval_and_changes_nothing(void **state)
{
	struct reset *r = *state;

	guest_register(&r->guest);
	assert_good(reset_begin(r));
	assert_errno(r->path->begin(&r->guest), EINVAL);
	expect_frozen(&r->guest);
	reset_finish(r);
	reset_expect_alive(r);
}

/* A reset of a device that is off: does it forget why it is frozen? */
static void a_reset_does_not_turn_it_on(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;

	guest_register(guest);
	assert_good(reset_begin(r));
	assert_good(reset_vfio.begin(guest));
	expect_frozen(guest);
	reset_finish(r);
	reset_marker_set(guest);
	reset_expect_alive(r);
}

/* What resets in D3hot say about the power state afterwards is D0. */
static void a_reset_wakes_it(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;

	guest_register(guest);
	assert_good(reset_begin(r));
	expect_frozen(guest);
	assert_good(reset_vfio_pmr.begin(guest));
	r->begun = false;
	reset_marker_set(guest);
	reset_expect_alive(r);
}

static void the_registration_can_be_ended_and_made_again(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint8_t *page;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	assert_good(reset_begin(r));
	guest_unregister(guest);
	assert_int_equal(guest_touch(page, false), SIGBUS);
	munmap(page, PAGE);
	/* not while the memory does not answer */
	assert_errno(brg_p2p_register(&guest->vfio, guest->bar, 0, 0), EIO);
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	reset_finish(r);
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	guest_register(guest);
	reset_expect_alive(r);
}

static void closing_ends_it(void **state)
{
	struct reset *r = *state;
	struct guest *guest = &r->guest;

	guest_register(guest);
	assert_good(reset_begin(r));
	r->begun = false;
	guest_reopen(guest);
	assert_false(guest_has_pool(guest));
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	reset_marker_set(guest);
	guest_register(guest);
	reset_expect_alive(r);
}

#define OFF(path)                                                              \
	RESET_TEST(path, the_registration_can_be_ended_and_made_again),        \
		RESET_TEST(path, closing_ends_it)

static const struct CMUnitTest tests[] = {
	RESET_TEST(reset_d3hot, and_memory_off),
	RESET_TEST(reset_low_power_pmr, and_memory_off),
	RESET_TEST(reset_memory_off_pmr, and_d3hot),
	RESET_TEST(reset_memory_off, and_low_power),
	RESET_TEST(reset_memory_off, twice_is_undone_once),
	RESET_TEST(reset_d3hot, twice_is_undone_once),
	RESET_TEST(reset_low_power,
		   low_power_twice_is_einval_and_changes_nothing),
	RESET_TEST(reset_memory_off, a_reset_does_not_turn_it_on),
	RESET_TEST(reset_low_power, a_reset_does_not_turn_it_on),
	RESET_TEST(reset_d3hot, a_reset_wakes_it),
	OFF(reset_memory_off),
	OFF(reset_d3hot),
	OFF(reset_low_power),
};

const struct guest_suite guest_reset_off = GUEST_SUITE(tests);
