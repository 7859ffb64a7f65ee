// SPDX-License-Identifier: GPL-2.0-only
#include "reset.h"

#include "fixture.h"
#include "stuck.h"

#include <barrage/clock.h>
#include <barrage/disk.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_NS (60000 * MS)
#define POLL_NS (2 * MS)
/* how long something that should wait is watched */
#define WATCH_NS (50 * MS)
/* likewise, when it is closed */
#define WATCH_CLOSED_NS (200 * MS)

static struct reset reset;

/*
 * The driver that a disk has outside of these tests takes seconds to find out
 * what it drives, each time. It gets the device back with none of them.
 */
static void keep_bound(const char *role)
{
	static struct brg_pci_binding kept;

	if (!strcmp(role, "PMR") && !kept.bdf[0])
		assert_good(brg_pci_bind(guest_role(role), "vfio-pci", &kept));
}

/* No test is left out because of that: it would be the only ones of its kind. */
static void expect_af(void)
{
	if (reset.path != &reset_af_flr ||
	    reset_config_find(&reset.guest, PCI_CAP_ID_AF) >= 0)
		return;
	guest_close(&reset.guest);
	fail_msg(
		"%s has no AF capability: kernel/build makes the driver that gives it one",
		reset.guest.bdf);
}

int reset_setup(void **state)
{
	static uint64_t generation;
	struct brg_disk disk;

	fixture_begin(NULL);
	reset = (struct reset){
		.path = *state,
		.disk = -1,
		.stamp = {
			.tag = 0x7e57,
			.generation = generation += 2,
			.seed = 1,
		},
	};
	*state = &reset;
	keep_bound(reset.path->role);
	guest_open(&reset.guest, reset.path->role);
	expect_af();
	reset_marker_set(&reset.guest);
	assert_good(brg_disk_read(guest_role("DISK"), &disk));
	assert_good(brg_disk_check_scratch(&disk));
	reset.stamp.block_bytes = disk.logical_bytes;
	reset.disk = open(disk.path, O_RDWR | O_DIRECT | O_CLOEXEC);
	assert_true(reset.disk >= 0);
	reset.host = mmap(NULL, RESET_IO_BYTES, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(reset.host, MAP_FAILED);
	reset_fill_disk(&reset);
	return 0;
}

static void kill_child(void)
{
	if (!reset.child)
		return;
	kill(reset.child, SIGKILL);
	waitpid(reset.child, NULL, 0);
	reset.child = 0;
}

int reset_teardown(void **state)
{
	stuck_end();
	kill_child();
	reset_call_end(&reset.call);
	reset_call_end(&reset.other);
	if (reset.begun)
		reset_finish(&reset);
	if (reset.disk >= 0)
		close(reset.disk);
	if (reset.host)
		munmap(reset.host, RESET_IO_BYTES);
	guest_close(&reset.guest);
	return fixture_end();
}

static void *run_call(void *arg)
{
	struct reset_call *call = arg;

	call->ret = call->call(call->guest);
	call->done_ns = brg_clock_now_ns();
	atomic_store(&call->done, true);
	return NULL;
}

void reset_call_start(struct reset_call *call, const struct guest *guest,
		      int (*function)(const struct guest *))
{
	*call = (struct reset_call){ .call = function, .guest = guest };
	assert_int_equal(pthread_create(&call->thread, NULL, run_call, call),
			 0);
	call->started = true;
}

int reset_call_end(struct reset_call *call)
{
	uint64_t end = brg_clock_now_ns() + 2 * PATIENCE_NS;

	if (!call->started)
		return 0;
	while (!atomic_load(&call->done)) {
		if (!brg_clock_left_ms(end))
			fail_msg("still waiting after %llu s",
				 (unsigned long long)(PATIENCE_NS / MS / 500));
		brg_clock_sleep_ns(POLL_NS);
	}
	call->started = false;
	pthread_join(call->thread, NULL);
	return call->ret;
}

static void expect_not_returned(const struct reset_call *call, const char *what)
{
	if (atomic_load(&call->done))
		fail_msg("%s returned %d while I/O had a page pinned", what,
			 call->ret);
}

void reset_expect_call_waiting(const struct reset_call *call,
			       const struct guest *guest, const char *what)
{
	uint64_t end = brg_clock_now_ns() + WATCH_CLOSED_NS;

	do {
		expect_not_returned(call, what);
		assert_true(guest_has_pool(guest));
		brg_clock_sleep_ns(POLL_NS);
	} while (brg_clock_left_ms(end));
}

static uint32_t get_state(const struct guest *guest)
{
	struct brg_p2p_state now;

	assert_good(brg_p2p_query(&guest->vfio, guest->bar, &now));
	return now.state;
}

static void expect_not_done(const struct reset *r)
{
	expect_not_returned(&r->call, r->path->name);
}

static void await_frozen(struct reset *r, const struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	while (get_state(guest) != VFIO_P2P_STATE_FROZEN) {
		expect_not_done(r);
		if (!brg_clock_left_ms(end))
			fail_msg("%s: the BAR is never frozen", r->path->name);
		brg_clock_sleep_ns(POLL_NS);
	}
}

void reset_start_other(struct reset *r, const struct guest *other)
{
	reset_call_start(&r->call, &r->guest, r->path->begin);
	r->begun = true;
	await_frozen(r, other);
}

void reset_start(struct reset *r)
{
	reset_start_other(r, &r->guest);
}

void reset_watch(const struct reset *r, const struct guest *guest,
		 uint32_t state, uint32_t or_state)
{
	uint64_t end = brg_clock_now_ns() + WATCH_NS;

	do {
		if (get_state(guest) != or_state)
			guest_expect_state(guest, state);
		/* and the device can be used meanwhile */
		assert_true(reset_marker_is_set(guest));
		if (!r->path->external)
			assert_int_equal(brg_vfio_memory_is_on(&guest->vfio),
					 1);
		expect_not_done(r);
		brg_clock_sleep_ns(POLL_NS);
	} while (brg_clock_left_ms(end));
}

void reset_expect_waiting(const struct reset *r)
{
	reset_watch(r, &r->guest, VFIO_P2P_STATE_FROZEN, VFIO_P2P_STATE_FROZEN);
}

void reset_await_frozen_by_child(struct reset *r)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	int status;

	while (get_state(&r->guest) != VFIO_P2P_STATE_FROZEN) {
		if (waitpid(r->child, &status, WNOHANG)) {
			r->child = 0;
			fail_msg("%s returned while I/O had a page pinned",
				 r->path->name);
		}
		if (!brg_clock_left_ms(end))
			fail_msg("%s: the BAR is never frozen", r->path->name);
		brg_clock_sleep_ns(POLL_NS);
	}
}

int reset_begin(struct reset *r)
{
	int ret = r->path->begin(&r->guest);

	r->begun = !ret;
	return ret;
}

void reset_finish(struct reset *r)
{
	r->begun = false;
	if (r->path->end)
		assert_good(r->path->end(&r->guest));
}

void reset_await_state(const struct guest *guest, uint32_t state)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	while (get_state(guest) != state) {
		if (!brg_clock_left_ms(end))
			guest_expect_state(guest, state);
		brg_clock_sleep_ns(POLL_NS);
	}
}

void reset_await_memory_off(const struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS / 2;

	while (reset_device_config(guest, PCI_COMMAND) & PCI_COMMAND_MEMORY) {
		if (!brg_clock_left_ms(end))
			fail_msg("the link is not reset");
		brg_clock_sleep_ns(MS);
	}
}

void reset_register(const struct reset *r, uint32_t timeout_ms)
{
	const struct vfio_device_feature_p2p_register reg = {
		.region_index = r->guest.bar,
		.timeout_ms = timeout_ms,
	};

	assert_good(guest_set(&r->guest, reg));
}
