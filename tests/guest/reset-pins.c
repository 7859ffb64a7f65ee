// SPDX-License-Identifier: GPL-2.0-only
/* I/O has pages pinned while a reset is asked for. */
#include "reset.h"

#include "children.h"
#include "stuck.h"

#include <barrage/clock.h>
#include <barrage/mmio.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_MS 300

static uint8_t content[PAGE];

static void read_page(const struct guest *guest, uint64_t offset)
{
	assert_good(
		brg_vfio_read(&guest->vfio, guest->bar, offset, content, PAGE));
}

/* what the page had before I/O, which has not begun yet */
static void expect_old(const struct guest *guest, uint64_t offset)
{
	size_t i;

	read_page(guest, offset);
	for (i = 0; i < PAGE; i++)
		assert_int_equal(content[i], 0xa5);
}

static uint8_t *map_old(const struct guest *guest, uint64_t *offset)
{
	uint8_t *page = guest_map(guest, PAGE);

	memset(content, 0xa5, PAGE);
	brg_mmio_store(page, content, PAGE);
	*offset = reset_offset(guest, page);
	expect_old(guest, *offset);
	return page;
}

/* What the disk has, if the I/O says so; else what was there before. */
static void expect_io_is_true(struct reset *r, uint64_t offset, ssize_t result)
{
	if (result < (ssize_t)PAGE) {
		expect_old(&r->guest, offset);
		return;
	}
	read_page(&r->guest, offset);
	assert_good(brg_block_check(content, PAGE, 0, &r->stamp, NULL));
}

static void waits_for_io(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint64_t offset, released;
	ssize_t result;
	uint8_t *page;

	guest_register(guest);
	page = map_old(guest, &offset);
	stuck_start(page);
	reset_start(r);
	reset_expect_waiting(r);
	expect_old(guest, offset);
	released = brg_clock_now_ns();
	result = stuck_end();
	assert_good(reset_call_end(&r->call));
	assert_true(r->call.done_ns > released);
	if (r->path->end)
		guest_expect_state(guest, VFIO_P2P_STATE_FROZEN);
	reset_finish(r);
	assert_int_equal(reset_marker_is_set(guest), !r->path->resets);
	reset_marker_set(guest);
	expect_io_is_true(r, offset, result);
	assert_int_equal(guest_touch(page, false), SIGBUS);
	munmap(page, PAGE);
	reset_expect_alive(r);
}

/* The device is as before, and so is the registration. */
static void expect_nothing_happened(struct reset *r, uint64_t offset)
{
	const struct guest *guest = &r->guest;

	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
	assert_int_equal(brg_vfio_memory_is_on(&guest->vfio), 1);
	assert_true(reset_marker_is_set(guest));
	expect_old(guest, offset);
	/* new memory can be had, at once, although the I/O is not done */
	assert_good(guest_map_errno(guest, PAGE));
}

static void gives_up_with_ebusy(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint64_t offset, start;
	uint8_t *page;

	reset_register(r, TIMEOUT_MS);
	page = map_old(guest, &offset);
	stuck_start(page);
	start = brg_clock_now_ns();
	assert_errno(reset_begin(r), EBUSY);
	assert_in_range((brg_clock_now_ns() - start) / MS, TIMEOUT_MS - 10,
			20000);
	expect_nothing_happened(r, offset);
	expect_io_is_true(r, offset, stuck_end());
	munmap(page, PAGE);
	guest_await_available(guest, guest->bar_bytes);
	reset_expect_alive(r);
	/* with nobody in the way it works */
	assert_good(reset_begin(r));
	reset_finish(r);
	assert_int_equal(reset_marker_is_set(guest), !r->path->resets);
	reset_marker_set(guest);
	reset_expect_alive(r);
}

static void can_be_killed(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint64_t offset, start;
	uint8_t *page;
	int status;

	guest_register(guest);
	page = map_old(guest, &offset);
	stuck_start(page);
	r->child = child_start();
	if (!r->child)
		_exit(r->path->begin(guest) ? 1 : 0);
	reset_await_frozen_by_child(r);
	start = brg_clock_now_ns();
	kill(r->child, SIGKILL);
	assert_int_equal(waitpid(r->child, &status, 0), r->child);
	r->child = 0;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_in_range((brg_clock_now_ns() - start) / MS, 0, 20000);
	expect_nothing_happened(r, offset);
	expect_io_is_true(r, offset, stuck_end());
	munmap(page, PAGE);
	guest_await_available(guest, guest->bar_bytes);
	reset_expect_alive(r);
}

/* Those that the user asks VFIO for: they can fail, and be killed. */
#define OF_VFIO(path)                                                          \
	RESET_TEST(path, waits_for_io), RESET_TEST(path, gives_up_with_ebusy), \
		RESET_TEST(path, can_be_killed)

static const struct CMUnitTest tests[] = {
	OF_VFIO(reset_vfio),
	OF_VFIO(reset_vfio_pmr),
	OF_VFIO(reset_hot),
	OF_VFIO(reset_hot_pmr),
	OF_VFIO(reset_memory_off),
	OF_VFIO(reset_memory_off_pmr),
	OF_VFIO(reset_d3hot),
	OF_VFIO(reset_flr),
	OF_VFIO(reset_af_flr),
	OF_VFIO(reset_low_power),
	OF_VFIO(reset_low_power_pmr),
	RESET_TEST(reset_sysfs, waits_for_io),
	RESET_TEST(reset_sysfs_pmr, waits_for_io),
	RESET_TEST(reset_bridge, waits_for_io),
};

const struct guest_suite guest_reset_pins = GUEST_SUITE(tests);
