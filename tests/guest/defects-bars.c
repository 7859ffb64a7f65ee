// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two defects of Linux 7.3 by which a device loses its BARs, and nothing brings them
 * back: whoever resets it without VFIO saves and restores its configuration space,
 * and others use the same place in between. Nothing is slowed down for that.
 */
#include "reset.h"

#include <barrage/clock.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define ROUNDS 8
#define OPENS 6 /* in each round */
#define PAUSE_NS (2 * MS) /* between resets: or it can hardly be opened */

/* one that resets the device again and again */
static struct {
	const struct guest *guest;
	const struct reset_path *path;
	pthread_t thread;
	bool started;
	atomic_bool stop;
	unsigned int nr;
} resetter;

static void *reset_again(void *arg)
{
	while (!atomic_load(&resetter.stop)) {
		resetter.nr += !resetter.path->begin(resetter.guest);
		brg_clock_sleep_ns(PAUSE_NS);
	}
	return arg;
}

static void begin_resets(void)
{
	atomic_store(&resetter.stop, false);
	assert_int_equal(
		pthread_create(&resetter.thread, NULL, reset_again, NULL), 0);
	resetter.started = true;
}

static void end_resets(void)
{
	if (!resetter.started)
		return;
	atomic_store(&resetter.stop, true);
	pthread_join(resetter.thread, NULL);
	resetter.started = false;
}

static int teardown(void **state)
{
	end_resets();
	reset_let_sleep(resetter.guest);
	return guest_teardown(state);
}

/* Others may have the device's lock when it is opened: EAGAIN */
static void open_and_close(struct guest *guest)
{
	for (int i = 0; i < OPENS; i++) {
		brg_vfio_close(&guest->vfio);
		guest_await_open(guest);
	}
}

/* Are the BARs in place after some opens, closes and resets? */
static bool are_lost(struct guest *guest, const struct reset_bars *before)
{
	struct reset_bars now;

	begin_resets();
	open_and_close(guest);
	end_resets();
	now = reset_get_bars(guest);
	return memcmp(&now, before, sizeof(now)) != 0;
}

/* what the next round begins with */
static void put_back(struct guest *guest, const struct reset_bars *before)
{
	brg_vfio_close(&guest->vfio);
	reset_set_bars(guest, before);
	guest_await_open(guest);
}

static void expect_bars(struct guest *guest, const struct reset_path *path)
{
	struct reset_bars before = reset_get_bars(guest);
	unsigned int nr_lost = 0;

	resetter.path = path;
	resetter.nr = 0;
	for (int i = 0; i < ROUNDS; i++) {
		if (!are_lost(guest, &before))
			continue;
		nr_lost++;
		put_back(guest, &before);
	}
	print_message("# %d opens, %u resets\n", ROUNDS * OPENS, resetter.nr);
	assert_true(resetter.nr >= ROUNDS);
	if (nr_lost)
		fail_msg("the BARs were lost in %u of %d rounds", nr_lost,
			 ROUNDS);
}

static int setup(void **state)
{
	int ret = guest_setup(state);

	resetter.guest = *state;
	return ret;
}

/* VFIO saves and restores without the device's lock: it is enough that it is awake */
static void defect_bars_lost_when_opened(void **state)
{
	assert_good(reset_keep_awake(*state));
	expect_bars(*state, &reset_sysfs);
}

/* A device that nobody has open is suspended, which saves, too. */
static void defect_bars_lost_when_suspended(void **state)
{
	expect_bars(*state, &reset_bridge);
}

#define BARS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	BARS_TEST(defect_bars_lost_when_opened),
	BARS_TEST(defect_bars_lost_when_suspended),
};

const struct guest_suite guest_defects_bars = GUEST_SUITE(tests);
