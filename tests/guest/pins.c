// SPDX-License-Identifier: GPL-2.0-only
/* Ending a registration while direct I/O holds pages of it. */
#include "guest-call.h"
#include "children.h"
#include "guest.h"

#include "stuck.h"

#include <barrage/clock.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define MS 1000000ull

static uint64_t ms_since(uint64_t start_ns)
{
	return (brg_clock_now_ns() - start_ns) / MS;
}

static void unregistering_times_out_and_changes_nothing(void **state)
{
	const struct guest *guest = *state;
	uint64_t start;
	uint8_t *page;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	stuck_start(page);
	start = brg_clock_now_ns();
	assert_errno(brg_p2p_unregister(&guest->vfio, guest->bar, 300),
		     ETIMEDOUT);
	assert_in_range(ms_since(start), 290, 20000);
	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
	/* it was taken away while it was tried; new memory can be had */
	assert_int_equal(guest_touch(page, false), SIGBUS);
	assert_good(guest_map_errno(guest, PAGE));
	stuck_end();
	munmap(page, PAGE);
	guest_await_available(guest, guest->bar_bytes);
	guest_unregister(guest);
}

/* of unregister_now(): a test that fails does not wait for it */
static struct guest_call call;

static int unregister_now(void *arg)
{
	const struct guest *guest = arg;

	return brg_p2p_unregister(&guest->vfio, guest->bar, 60000);
}

static void await_state(const struct guest *guest, uint32_t state)
{
	uint64_t end = brg_clock_now_ns() + 30000 * MS;
	struct brg_p2p_state now;

	for (;;) {
		assert_good(brg_p2p_query(&guest->vfio, guest->bar, &now));
		if (now.state == state)
			return;
		if (!brg_clock_left_ms(end))
			fail_msg("state %s, not %s",
				 brg_p2p_state_name(now.state),
				 brg_p2p_state_name(state));
		brg_clock_sleep_ns(5 * MS);
	}
}

static void unregistering_waits_for_io_to_end(void **state)
{
	struct guest *guest = *state;
	uint8_t *page;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	stuck_start(page);
	guest_call_start(&call, unregister_now, guest);
	await_state(guest, VFIO_P2P_STATE_DRAINING);
	guest_call_expect_waiting(&call);
	stuck_release();
	assert_good(guest_call_join(&call));
	assert_false(guest_has_pool(guest));
	stuck_end();
	munmap(page, PAGE);
}

static void a_bar_that_drains_is_busy(void **state)
{
	struct guest *guest = *state;
	uint8_t *page;
	void *addr;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	stuck_start(page);
	guest_call_start(&call, unregister_now, guest);
	await_state(guest, VFIO_P2P_STATE_DRAINING);
	assert_errno(brg_p2p_register(&guest->vfio, guest->bar, 0, 0), EBUSY);
	assert_errno(brg_p2p_unregister(&guest->vfio, guest->bar, 100), EBUSY);
	assert_errno(brg_vfio_map(&guest->vfio, guest->bar, 0, PAGE, &addr),
		     EBUSY);
	stuck_end();
	assert_good(guest_call_join(&call));
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	munmap(page, PAGE);
	guest_register(guest);
}

static void a_frozen_pool_gives_eagain(void **state)
{
	struct guest *guest = *state;
	uint64_t end = brg_clock_now_ns() + 30000 * MS;
	uint8_t *page;
	int ret;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	stuck_start(page);
	guest_call_start(&call, unregister_now, guest);
	await_state(guest, VFIO_P2P_STATE_DRAINING);
	/* the state is set a moment before the pool is frozen */
	do {
		ret = guest_map_errno(guest, PAGE);
	} while (!ret && brg_clock_left_ms(end));
	assert_errno(ret, EAGAIN);
	stuck_end();
	assert_good(guest_call_join(&call));
	munmap(page, PAGE);
}

static void a_process_that_waits_in_unregistering_can_be_killed(void **state)
{
	const struct guest *guest = *state;
	uint64_t start;
	uint8_t *page;
	pid_t pid;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	stuck_start(page);
	pid = child_start();
	if (!pid) {
		brg_p2p_unregister(&guest->vfio, guest->bar, 60000);
		_exit(1);
	}
	await_state(guest, VFIO_P2P_STATE_DRAINING);
	start = brg_clock_now_ns();
	child_kill(pid);
	assert_in_range(ms_since(start), 0, 20000);
	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
	stuck_end();
	munmap(page, PAGE);
}

static void closing_does_not_wait_for_ever_and_opening_is_ebusy(void **state)
{
	struct guest *guest = *state;
	uint64_t start;
	uint8_t *page;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	stuck_start(page);
	start = brg_clock_now_ns();
	brg_vfio_close(&guest->vfio);
	assert_in_range(ms_since(start), 0, 30000);
	assert_errno(brg_vfio_open(guest->bdf, &guest->vfio), EBUSY);
	stuck_end();
	guest_await_open(guest);
	assert_false(guest_has_pool(guest));
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	guest_register(guest);
	munmap(page, PAGE);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(unregistering_times_out_and_changes_nothing),
	GUEST_TEST(unregistering_waits_for_io_to_end),
	GUEST_TEST(a_bar_that_drains_is_busy),
	GUEST_TEST(a_frozen_pool_gives_eagain),
	GUEST_TEST(a_process_that_waits_in_unregistering_can_be_killed),
	GUEST_TEST(closing_does_not_wait_for_ever_and_opening_is_ebusy),
};

const struct guest_suite guest_pins = GUEST_SUITE(tests);
