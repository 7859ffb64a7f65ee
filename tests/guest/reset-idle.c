// SPDX-License-Identifier: GPL-2.0-only
/* Nobody has a page pinned: what a reset does to mappings and registration. */
#include "reset.h"

#include "children.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* While the device is without memory, or else straight after the reset. */
static void expect_taken_away(struct reset *r, uint8_t *page)
{
	assert_int_equal(guest_touch(page, true), SIGBUS);
	if (!r->path->end)
		return;
	guest_expect_state(&r->guest, VFIO_P2P_STATE_FROZEN);
	assert_errno(guest_map_errno(&r->guest, PAGE), EAGAIN);
}

static void takes_mappings_away_and_gives_new_ones(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	uint8_t *page;
	int i;

	guest_register(guest);
	/* more than once: what is undone must be undone completely */
	for (i = 0; i < 3; i++) {
		page = guest_map(guest, 4 * PAGE);
		assert_int_equal(guest_touch(page + 3 * PAGE, true), 0);
		assert_good(reset_begin(r));
		expect_taken_away(r, page + 3 * PAGE);
		reset_finish(r);
		assert_int_equal(reset_marker_is_set(guest), !r->path->resets);
		reset_marker_set(guest);
		assert_int_equal(guest_touch(page, true), SIGBUS);
		munmap(page, 4 * PAGE);
		reset_expect_alive(r);
	}
	guest_unregister(guest);
}

/* A process without the device; it holds a mapping and a copy of another. */
static int child(const struct guest *guest, uint8_t *copied, int ready, int go)
{
	uint8_t *own;
	char byte;

	close(guest->vfio.fd);
	if (brg_p2pmem_map(guest->bdf, PAGE, (void **)&own))
		return 1;
	if (guest_touch(copied, true) || guest_touch(own, true))
		return 2;
	if (write(ready, "x", 1) != 1 || read(go, &byte, 1))
		return 3;
	if (guest_touch(copied, true) != SIGBUS)
		return 4;
	return guest_touch(own, true) == SIGBUS ? 0 : 5;
}

static void reaches_other_processes(void **state)
{
	struct reset *r = *state;
	const struct guest *guest = &r->guest;
	int ready[2], go[2], status;
	uint8_t *page;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	r->child = child_start();
	if (!r->child) {
		close(go[1]);
		_exit(child(guest, page, ready[1], go[0]));
	}
	close(ready[1]);
	child_await(ready[0]);
	assert_good(reset_begin(r));
	close(go[1]);
	assert_int_equal(waitpid(r->child, &status, 0), r->child);
	r->child = 0;
	assert_int_equal(status, 0);
	close(ready[0]);
	close(go[0]);
	reset_finish(r);
	reset_marker_set(guest);
	munmap(page, PAGE);
	reset_expect_alive(r);
}

#define IDLE(path)                                                             \
	RESET_TEST(path, takes_mappings_away_and_gives_new_ones),              \
		RESET_TEST(path, reaches_other_processes)

static const struct CMUnitTest tests[] = {
	IDLE(reset_vfio),
	IDLE(reset_vfio_pmr),
	IDLE(reset_hot),
	IDLE(reset_memory_off),
	IDLE(reset_d3hot),
	IDLE(reset_flr),
	IDLE(reset_af_flr),
	IDLE(reset_low_power),
	RESET_TEST(reset_low_power_pmr, takes_mappings_away_and_gives_new_ones),
	IDLE(reset_sysfs),
	RESET_TEST(reset_sysfs_pmr, takes_mappings_away_and_gives_new_ones),
	IDLE(reset_bridge),
};

const struct guest_suite guest_reset_idle = GUEST_SUITE(tests);
