// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device is closed while I/O holds its pages, and taken from its driver, off
 * the bus, or reset by somebody else: they wait for that I/O, however long.
 */
#include "reset.h"

#include "stuck.h"

#include <barrage/clock.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define TIMEOUT_MS 300

static int unbind(const struct guest *guest)
{
	return brg_sysfs_write(guest->bdf, "bus/pci/drivers/vfio-pci/unbind");
}

static int bind(const struct guest *guest)
{
	return brg_sysfs_write(guest->bdf, "bus/pci/drivers/vfio-pci/bind");
}

static int hot_remove(const struct guest *guest)
{
	return brg_sysfs_write("1", "bus/pci/devices/%s/remove", guest->bdf);
}

static uint8_t *pin_and_close(struct reset *r)
{
	struct guest *guest = &r->guest;
	uint8_t *page;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	stuck_start(page);
	brg_vfio_close(&guest->vfio);
	assert_true(guest_has_pool(guest));
	return page;
}

static void reopen(struct reset *r)
{
	guest_await_open(&r->guest);
	guest_expect_state(&r->guest, VFIO_P2P_STATE_NONE);
	reset_marker_set(&r->guest);
	guest_register(&r->guest);
	reset_expect_alive(r);
}

static void unbinding_waits(void **state)
{
	struct reset *r = *state;
	uint8_t *page = pin_and_close(r);

	reset_call_start(&r->call, &r->guest, unbind);
	reset_expect_call_waiting(&r->call, &r->guest, "unbinding");
	stuck_end();
	assert_good(reset_call_end(&r->call));
	assert_false(guest_has_pool(&r->guest));
	munmap(page, PAGE);
	assert_good(bind(&r->guest));
	reopen(r);
}

static void removing_waits(void **state)
{
	struct reset *r = *state;
	uint8_t *page = pin_and_close(r);
	struct brg_pci pci;

	reset_call_start(&r->call, &r->guest, hot_remove);
	reset_expect_call_waiting(&r->call, &r->guest, "removing");
	stuck_end();
	assert_good(reset_call_end(&r->call));
	assert_errno(brg_pci_read(r->guest.bdf, &pci), ENODEV);
	munmap(page, PAGE);
	assert_good(brg_sysfs_write("1", "bus/pci/rescan"));
	/* a new device, of which the fixture's record knows nothing */
	r->guest.binding = (struct brg_pci_binding){};
	assert_good(brg_pci_bind(r->guest.bdf, "vfio-pci", &r->guest.binding));
	reopen(r);
}

static void a_reset_of_what_was_closed_waits(void **state)
{
	struct reset *r = *state;
	uint8_t *page = pin_and_close(r);

	reset_call_start(&r->call, &r->guest, r->path->begin);
	reset_expect_call_waiting(&r->call, &r->guest, r->path->name);
	stuck_end();
	/* EAGAIN: the device was busy being closed */
	assert_good(reset_call_end(&r->call));
	munmap(page, PAGE);
	reopen(r);
}

/* The kernel's own resets cannot fail for I/O that does not end. */
static void does_not_wait_for_ever(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint64_t start = brg_clock_now_ns();
	uint8_t *page;

	reset_register(r, TIMEOUT_MS);
	page = guest_map(guest, PAGE);
	stuck_start(page);
	reset_start(r);
	assert_good(reset_call_end(&r->call));
	assert_in_range((brg_clock_now_ns() - start) / MS, TIMEOUT_MS - 10,
			60000);
	stuck_end();
	munmap(page, PAGE);
	assert_false(reset_marker_is_set(guest));
	reset_marker_set(guest);
	reset_expect_alive(r);
}

static const struct CMUnitTest tests[] = {
	RESET_TEST(reset_vfio, unbinding_waits),
	RESET_TEST(reset_vfio, removing_waits),
	RESET_TEST(reset_sysfs, a_reset_of_what_was_closed_waits),
	RESET_TEST(reset_bridge, a_reset_of_what_was_closed_waits),
	RESET_TEST(reset_sysfs, does_not_wait_for_ever),
	RESET_TEST(reset_sysfs_pmr, does_not_wait_for_ever),
	RESET_TEST(reset_bridge, does_not_wait_for_ever),
};

const struct guest_suite guest_reset_driver = GUEST_SUITE(tests);
