// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors on the bus, which the port above the device reports. The memory is
 * taken out of use at once, and I/O that has some of it is not waited for.
 */
#include "reset.h"

#include "host.h"
#include "stuck.h"

#include <barrage/clock.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_NS (30000 * MS)
#define PORT "root0" /* the provider is below it */

/* After this one the kernel resets the link: the device forgets its BARs. */
static int fatal(const struct guest *guest)
{
	return host_ask("error " PORT " DLP");
}

static int memory_on(const struct guest *guest)
{
	return brg_vfio_set_memory(&guest->vfio, true);
}

static int nonfatal(const struct guest *guest)
{
	return host_ask("error " PORT " COMP_TIME");
}

static const struct reset_path reset_error_fatal = {
	"fatal error", "PROVIDER", fatal, memory_on, true,
};
static const struct reset_path reset_error_nonfatal = {
	"nonfatal error", "PROVIDER", nonfatal, NULL, false,
};

static void await_unmapped(const struct reset *r, uint8_t *page)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	while (guest_touch(page, false) != SIGBUS) {
		if (!brg_clock_left_ms(end))
			fail_msg("%s: the memory is never unmapped",
				 r->path->name);
		brg_clock_sleep_ns(MS);
	}
}

static void takes_memory_away_until_the_user_recovers(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint8_t *page;

	page = guest_register_and_touch(guest);
	assert_good(reset_begin(r));
	await_unmapped(r, page);
	reset_await_memory_off(guest);
	guest_expect_state(guest, VFIO_P2P_STATE_FROZEN);
	assert_errno(guest_map_errno(guest, PAGE), EAGAIN);
	reset_finish(r);
	reset_await_state(guest, VFIO_P2P_STATE_LIVE);
	assert_false(reset_marker_is_set(guest));
	reset_marker_set(guest);
	assert_int_equal(guest_touch(page, false), SIGBUS);
	munmap(page, PAGE);
	reset_expect_alive(r);
}

static void gives_memory_back_by_itself(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint8_t *page;

	page = guest_register_and_touch(guest);
	assert_good(reset_begin(r));
	await_unmapped(r, page);
	reset_await_state(guest, VFIO_P2P_STATE_LIVE);
	assert_true(reset_marker_is_set(guest));
	munmap(page, PAGE);
	reset_expect_alive(r);
}

static int try_register(const struct guest *guest)
{
	return brg_p2p_register(&guest->vfio, guest->bar, 0, 0);
}

static bool is_refused(int ret)
{
	return ret == -EIO || ret == -EBUSY;
}

/* The user may be faster than the rest of the recovery. */
static void register_once_recovered(const struct reset *r)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	int ret = try_register(&r->guest);

	while (is_refused(ret) && brg_clock_left_ms(end)) {
		brg_clock_sleep_ns(MS);
		ret = try_register(&r->guest);
	}
	assert_good(ret);
}

/* An error is one of the device, whatever is registered at that time. */
static void keeps_memory_from_being_registered(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;

	assert_good(reset_begin(r));
	reset_await_memory_off(guest);
	assert_true(is_refused(try_register(guest)));
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	reset_finish(r);
	register_once_recovered(r);
	reset_marker_set(guest);
	reset_expect_alive(r);
}

/* A reset gives back what it found, which is not what the user once had. */
static void is_not_ended_by_a_reset_of_what_is_lost(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;

	guest_register(guest);
	assert_good(reset_begin(r));
	reset_await_memory_off(guest);
	assert_good(reset_vfio.begin(guest));
	guest_expect_state(guest, VFIO_P2P_STATE_FROZEN);
	assert_errno(guest_map_errno(guest, PAGE), EAGAIN);
	reset_finish(r);
	reset_await_state(guest, VFIO_P2P_STATE_LIVE);
	reset_marker_set(guest);
	reset_expect_alive(r);
}

/* Who handles errors must not wait for I/O, which may wait for just that. */
static void does_not_wait_for_io(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint8_t *page, *other;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	other = guest_map(guest, PAGE);
	stuck_start(page);
	assert_int_equal(guest_touch(other, true), 0);
	assert_good(reset_begin(r));
	await_unmapped(r, other);
	if (r->path->resets)
		reset_await_memory_off(guest);
	reset_finish(r);
	reset_await_state(guest, VFIO_P2P_STATE_LIVE);
	stuck_end();
	munmap(page, PAGE);
	munmap(other, PAGE);
	reset_marker_set(guest);
	reset_expect_alive(r);
}

static const struct CMUnitTest tests[] = {
	RESET_TEST(reset_error_fatal,
		   takes_memory_away_until_the_user_recovers),
	RESET_TEST(reset_error_fatal, keeps_memory_from_being_registered),
	RESET_TEST(reset_error_fatal, is_not_ended_by_a_reset_of_what_is_lost),
	RESET_TEST(reset_error_nonfatal, gives_memory_back_by_itself),
	RESET_TEST(reset_error_fatal, does_not_wait_for_io),
	RESET_TEST(reset_error_nonfatal, does_not_wait_for_io),
};

const struct guest_suite guest_reset_error = GUEST_SUITE(tests);
