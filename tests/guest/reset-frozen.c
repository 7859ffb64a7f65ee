// SPDX-License-Identifier: GPL-2.0-only
/* What else can be asked for while a reset waits for I/O. */
#include "reset.h"

#include "children.h"
#include "stuck.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define A_WHILE_MS 200

/* A lock that others need may be held while a reset waits. */
static void waiting_for_ever_cannot_be_asked_for(void **state)
{
	struct reset *r = *state;
	const struct vfio_device_feature_p2p_register reg = {
		.region_index = r->guest.bar,
		.timeout_ms = UINT32_MAX,
	};

	assert_errno(guest_set(&r->guest, reg), EINVAL);
	guest_expect_state(&r->guest, VFIO_P2P_STATE_NONE);
}

static uint8_t *register_and_pin(struct reset *r)
{
	uint8_t *page;

	guest_register(&r->guest);
	page = guest_map(&r->guest, PAGE);
	stuck_start(page);
	return page;
}

/* The reset that waited has been done, once and completely. */
static void expect_reset_done(struct reset *r, uint8_t *page)
{
	stuck_end();
	assert_good(reset_call_end(&r->call));
	assert_false(reset_marker_is_set(&r->guest));
	reset_marker_set(&r->guest);
	munmap(page, PAGE);
}

static void memory_is_refused_with_eagain(void **state)
{
	struct reset *r = *state;
	uint8_t *page = register_and_pin(r);

	reset_start(r);
	assert_errno(guest_map_errno(&r->guest, PAGE), EAGAIN);
	/* nor is there any by what is mapped already */
	assert_int_equal(guest_touch(page, false), SIGBUS);
	reset_expect_waiting(r);
	expect_reset_done(r, page);
	reset_expect_alive(r);
}

static void the_registration_cannot_be_changed(void **state)
{
	struct reset *r = *state;
	struct brg_p2p_state now;
	uint8_t *page = register_and_pin(r);
	int ret;

	reset_start(r);
	assert_good(brg_p2p_query(&r->guest.vfio, r->guest.bar, &now));
	assert_int_equal(now.offset, 0);
	assert_int_equal(now.length, r->guest.bar_bytes);
	ret = brg_p2p_register(&r->guest.vfio, r->guest.bar, 0, 0);
	assert_true(ret == -EBUSY || ret == -EEXIST);
	ret = brg_p2p_unregister(&r->guest.vfio, r->guest.bar, A_WHILE_MS);
	assert_true(ret == -EBUSY || ret == -ETIMEDOUT);
	/* which must not have given the memory free behind the reset's back */
	reset_expect_waiting(r);
	assert_errno(guest_map_errno(&r->guest, PAGE), EAGAIN);
	expect_reset_done(r, page);
	reset_expect_alive(r);
}

static void a_second_reset_waits_as_well(void **state)
{
	struct reset *r = *state;
	uint8_t *page = register_and_pin(r);
	int ret;

	reset_start(r);
	reset_call_start(&r->other, &r->guest, reset_flr.begin);
	reset_expect_waiting(r);
	if (atomic_load(&r->other.done))
		assert_errno(r->other.ret, EBUSY);
	stuck_end();
	ret = reset_call_end(&r->other);
	assert_true(!ret || ret == -EBUSY);
	expect_reset_done(r, page);
	reset_expect_alive(r);
}

/* One of two that wait is given up: the other's memory stays frozen. */
static void a_second_reset_that_is_killed_changes_nothing(void **state)
{
	struct reset *r = *state;
	uint8_t *page = register_and_pin(r);
	int status;

	reset_start(r);
	r->child = child_start();
	if (!r->child)
		_exit(reset_flr.begin(&r->guest) == -EBUSY ? 0 : 1);
	reset_expect_waiting(r);
	kill(r->child, SIGKILL);
	assert_int_equal(waitpid(r->child, &status, 0), r->child);
	r->child = 0;
	assert_true(WIFSIGNALED(status) || !WEXITSTATUS(status));
	reset_expect_waiting(r);
	assert_errno(guest_map_errno(&r->guest, PAGE), EAGAIN);
	expect_reset_done(r, page);
	reset_expect_alive(r);
}

static int unregister(const struct guest *guest)
{
	return brg_p2p_unregister(&guest->vfio, guest->bar, 60000);
}

static void a_reset_waits_while_unregistering_does(void **state)
{
	struct reset *r = *state;
	uint8_t *page = register_and_pin(r);
	int ret;

	reset_call_start(&r->other, &r->guest, unregister);
	reset_await_state(&r->guest, VFIO_P2P_STATE_DRAINING);
	reset_call_start(&r->call, &r->guest, r->path->begin);
	reset_watch(r, &r->guest, VFIO_P2P_STATE_DRAINING,
		    VFIO_P2P_STATE_FROZEN);
	stuck_end();
	assert_good(reset_call_end(&r->other));
	ret = reset_call_end(&r->call);
	assert_true(!ret || ret == -EBUSY);
	assert_int_equal(reset_marker_is_set(&r->guest), !!ret);
	guest_expect_state(&r->guest, VFIO_P2P_STATE_NONE);
	munmap(page, PAGE);
	reset_marker_set(&r->guest);
	guest_register(&r->guest);
	reset_expect_alive(r);
}

/* The wait holds the file's last reference: then comes close. */
static void killing_the_owner_ends_the_wait_and_the_registration(void **state)
{
	struct reset *r = *state;
	struct guest *guest = &r->guest;
	uint8_t *page = register_and_pin(r);
	int status, ret;

	r->child = child_start();
	if (!r->child)
		_exit(r->path->begin(guest) ? 1 : 0);
	reset_await_frozen_by_child(r);
	brg_vfio_close(&guest->vfio);
	kill(r->child, SIGKILL);
	assert_int_equal(waitpid(r->child, &status, 0), r->child);
	r->child = 0;
	assert_true(WIFSIGNALED(status));
	/* what was killed has closed the file, but not its worker */
	ret = brg_vfio_open(guest->bdf, &guest->vfio);
	assert_errno(ret, EBUSY);
	stuck_end();
	guest_await_open(&r->guest);
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	munmap(page, PAGE);
	reset_marker_set(guest);
	guest_register(guest);
	reset_expect_alive(r);
}

static const struct CMUnitTest tests[] = {
	RESET_TEST(reset_hot, waiting_for_ever_cannot_be_asked_for),
	RESET_TEST(reset_vfio, memory_is_refused_with_eagain),
	RESET_TEST(reset_flr, memory_is_refused_with_eagain),
	RESET_TEST(reset_af_flr, memory_is_refused_with_eagain),
	RESET_TEST(reset_vfio, the_registration_cannot_be_changed),
	RESET_TEST(reset_vfio_pmr, a_second_reset_waits_as_well),
	RESET_TEST(reset_vfio_pmr,
		   a_second_reset_that_is_killed_changes_nothing),
	RESET_TEST(reset_vfio, a_reset_waits_while_unregistering_does),
	RESET_TEST(reset_vfio,
		   killing_the_owner_ends_the_wait_and_the_registration),
};

const struct guest_suite guest_reset_frozen = GUEST_SUITE(tests);
