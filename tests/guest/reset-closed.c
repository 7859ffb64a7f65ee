// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fatal error while nobody has the device open. The link is reset, and the
 * device forgets its BARs. What matters is what the next who opens it finds.
 */
#include "reset.h"

#include "host.h"

#include <barrage/clock.h>
#include <barrage/sysfs.h>

#include <errno.h>

#define PATIENCE_NS (30000 * MS)
#define PORT "root0" /* the provider is below it */

/*
 * Recovery resumes suspended devices, and in Linux 7.3 that is a cycle of locks,
 * see docs/kernel-series.md.
 */
static const struct reset_path reset_closed_awake = {
	"fatal error while closed",
	"PROVIDER",
	reset_keep_awake,
	reset_let_sleep,
	true,
};

static struct reset_bars close_and_lose_the_bars(struct reset *r)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	struct reset_bars before = reset_get_bars(&r->guest), now;

	assert_good(reset_begin(r));
	brg_vfio_close(&r->guest.vfio);
	assert_good(host_ask("error " PORT " DLP"));
	do {
		if (!brg_clock_left_ms(end))
			fail_msg("the link is not reset");
		brg_clock_sleep_ns(MS);
		now = reset_get_bars(&r->guest);
	} while (!memcmp(&now, &before, sizeof(now)));
	return before;
}

/* The rest of the recovery may take a while. */
static int try_register(const struct reset *r)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	int ret;

	while ((ret = brg_p2p_register(&r->guest.vfio, r->guest.bar, 0, 0)) ==
		       -EBUSY &&
	       brg_clock_left_ms(end))
		brg_clock_sleep_ns(MS);
	return ret;
}

static void is_not_forgotten_when_the_device_is_opened(void **state)
{
	struct reset *r = *state;
	struct reset_bars before = close_and_lose_the_bars(r);

	guest_await_open(&r->guest);
	assert_errno(try_register(r), EIO);
	assert_good(reset_vfio.begin(&r->guest));
	assert_errno(try_register(r), EIO);
	guest_expect_state(&r->guest, VFIO_P2P_STATE_NONE);
	brg_vfio_close(&r->guest.vfio);
	reset_set_bars(&r->guest, &before);
	guest_await_open(&r->guest);
	assert_good(try_register(r));
	reset_marker_set(&r->guest);
	reset_expect_alive(r);
}

static const struct CMUnitTest tests[] = {
	RESET_TEST(reset_closed_awake,
		   is_not_forgotten_when_the_device_is_opened),
};

const struct guest_suite guest_reset_closed = GUEST_SUITE(tests);
