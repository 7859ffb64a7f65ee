// SPDX-License-Identifier: GPL-2.0-only
/*
 * Low power for real: the device is suspended, and whatever wakes it without
 * being asked to by the user gives the memory back as well.
 */
#include "reset.h"

#include <barrage/clock.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_NS (30000 * MS)

static int wakeup = -1;

static int sleep_until_woken(const struct guest *guest)
{
	struct vfio_device_low_power_entry_with_wakeup arg = {};

	wakeup = eventfd(0, EFD_CLOEXEC);
	if (wakeup < 0)
		return -errno;
	arg.wakeup_eventfd = wakeup;
	return brg_vfio_feature(
		&guest->vfio,
		VFIO_DEVICE_FEATURE_SET |
			VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP,
		&arg, sizeof(arg));
}

/* what an administrator wants of the device, or "auto" for what it wants */
static int control(const struct guest *guest, const char *wanted)
{
	return brg_sysfs_write(wanted, "bus/pci/devices/%s/power/control",
			       guest->bdf);
}

/* Somebody who does not ask VFIO. */
static int wake(const struct guest *guest)
{
	struct pollfd wait = { .fd = wakeup, .events = POLLIN };
	int ret;

	ret = control(guest, "on");
	if (!ret && poll(&wait, 1, (int)(PATIENCE_NS / MS)) != 1)
		ret = -ETIMEDOUT;
	control(guest, "auto");
	close(wakeup);
	wakeup = -1;
	return ret;
}

static const struct reset_path reset_wakeup = {
	"LOW_POWER_ENTRY_WITH_WAKEUP",
	"PROVIDER",
	sleep_until_woken,
	wake,
	false,
};
static const struct reset_path reset_wakeup_pmr = {
	"LOW_POWER_ENTRY_WITH_WAKEUP", "PMR", sleep_until_woken, wake, false,
};

/* Asks nobody but sysfs: a call of VFIO would wake the device. */
static void await_power(const struct guest *guest, const char *wanted)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	char now[32];

	do {
		assert_good(brg_sysfs_read(
			now, sizeof(now),
			"bus/pci/devices/%s/power/runtime_status", guest->bdf));
		if (!strcmp(now, wanted))
			return;
		brg_clock_sleep_ns(2 * MS);
	} while (brg_clock_left_ms(end));
	assert_string_equal(now, wanted);
}

static void suspends_the_device(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint8_t *page;
	int i;

	guest_register(guest);
	for (i = 0; i < 3; i++) {
		await_power(guest, "active");
		page = guest_map(guest, PAGE);
		assert_int_equal(guest_touch(page, true), 0);
		assert_good(reset_begin(r));
		await_power(guest, "suspended");
		assert_int_equal(guest_touch(page, false), SIGBUS);
		assert_errno(guest_map_errno(guest, PAGE), EAGAIN);
		/* neither of these is a reason to wake it */
		await_power(guest, "suspended");
		reset_finish(r);
		await_power(guest, "active");
		munmap(page, PAGE);
		reset_marker_set(guest);
		reset_expect_alive(r);
	}
}

/* On for a while, which is not what its user asked for: still out of use. */
static void stays_frozen_while_others_wake_it(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	int i;

	guest_register(guest);
	assert_good(reset_begin(r));
	for (i = 0; i < 3; i++) {
		await_power(guest, "suspended");
		guest_expect_state(guest, VFIO_P2P_STATE_FROZEN);
		await_power(guest, "suspended");
		assert_good(control(guest, "on"));
		await_power(guest, "active");
		assert_errno(guest_map_errno(guest, PAGE), EAGAIN);
		assert_good(control(guest, "auto"));
	}
	reset_finish(r);
	reset_marker_set(guest);
	reset_expect_alive(r);
}

/* Nobody asks for the end of low power here: what woke it is VFIO's own call. */
static void ends_by_any_call(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;

	guest_register(guest);
	assert_good(reset_begin(r));
	await_power(guest, "suspended");
	reset_await_state(guest, VFIO_P2P_STATE_LIVE);
	reset_finish(r);
	reset_marker_set(guest);
	reset_expect_alive(r);
}

static const struct CMUnitTest tests[] = {
	RESET_TEST(reset_low_power, suspends_the_device),
	RESET_TEST(reset_low_power_pmr, suspends_the_device),
	RESET_TEST(reset_wakeup, suspends_the_device),
	RESET_TEST(reset_wakeup_pmr, suspends_the_device),
	RESET_TEST(reset_low_power, stays_frozen_while_others_wake_it),
	RESET_TEST(reset_low_power_pmr, stays_frozen_while_others_wake_it),
	RESET_TEST(reset_wakeup, ends_by_any_call),
	RESET_TEST(reset_wakeup_pmr, ends_by_any_call),
};

const struct guest_suite guest_reset_power = GUEST_SUITE(tests);
