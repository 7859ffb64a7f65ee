// SPDX-License-Identifier: GPL-2.0-only
/* How a registration ends: taken back, closed, or its owner killed. */
#include "children.h"
#include "guest.h"

#include <barrage/clock.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_NS 60000000000ull
#define POLL_NS 10000000ull

static void unregistering_takes_mappings_away(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr;

	guest_register(guest);
	addr = guest_map(guest, 4 * PAGE);
	assert_int_equal(guest_touch(addr, true), 0);
	guest_unregister(guest);
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_int_equal(guest_touch(addr + 3 * PAGE, false), SIGBUS);
	munmap(addr, 4 * PAGE);
}

static void an_old_mapping_does_not_see_a_new_registration(void **state)
{
	const struct guest *guest = *state;
	uint8_t *old, *new;

	guest_register(guest);
	old = guest_map(guest, PAGE);
	guest_unregister(guest);
	guest_register(guest);
	new = guest_map(guest, PAGE);
	assert_int_equal(guest_touch(new, true), 0);
	assert_int_equal(guest_touch(old, true), SIGBUS);
	munmap(old, PAGE);
	guest_await_available(guest, guest->bar_bytes - PAGE);
	assert_int_equal(guest_touch(new, false), 0);
	munmap(new, PAGE);
}

static void unregistering_reaches_a_forked_child(void **state)
{
	const struct guest *guest = *state;
	int ready[2], gate[2];
	uint8_t *addr;
	pid_t pid;
	char byte;

	guest_register(guest);
	addr = guest_map(guest, PAGE);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(gate), 0);
	pid = child_start();
	if (!pid) {
		close(gate[1]);
		if (guest_touch(addr, true) || write(ready[1], "x", 1) != 1 ||
		    read(gate[0], &byte, 1) != 0)
			_exit(1);
		_exit(guest_touch(addr, true) == SIGBUS ? 0 : 2);
	}
	close(ready[1]);
	child_await(ready[0]);
	guest_unregister(guest);
	close(gate[1]);
	assert_int_equal(child_wait(pid), 0);
	munmap(addr, PAGE);
	close(gate[0]);
	close(ready[0]);
}

static void an_open_allocate_file_gives_nothing_afterwards(void **state)
{
	const struct guest *guest = *state;
	char path[BRG_SYSFS_PATH_BYTES];
	void *addr;
	int fd;

	guest_register(guest);
	assert_good(brg_sysfs_path(path, sizeof(path),
				   "bus/pci/devices/%s/p2pmem/allocate",
				   guest->bdf));
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	guest_unregister(guest);
	addr = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_equal(addr, MAP_FAILED);
	close(fd);
}

static void closing_ends_a_live_registration(void **state)
{
	struct guest *guest = *state;

	guest_register(guest);
	guest_reopen(guest);
	assert_false(guest_has_pool(guest));
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	guest_register(guest);
}

static void closing_takes_mappings_away(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr;

	guest_register(guest);
	addr = guest_map(guest, PAGE);
	assert_int_equal(guest_touch(addr, true), 0);
	brg_vfio_close(&guest->vfio);
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_false(guest_has_pool(guest));
	munmap(addr, PAGE);
	assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
}

static void await_no_pool(const struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	while (guest_has_pool(guest)) {
		if (!brg_clock_left_ms(end))
			fail_msg("%s still has a pool", guest->bdf);
		brg_clock_sleep_ns(POLL_NS);
	}
}

static void killing_the_owner_ends_everything(void **state)
{
	struct guest *guest = *state;
	int ready[2];
	pid_t pid;

	brg_vfio_close(&guest->vfio);
	assert_int_equal(pipe(ready), 0);
	pid = child_start();
	if (!pid) {
		struct brg_vfio vfio;
		void *addr;

		if (brg_vfio_open(guest->bdf, &vfio) ||
		    brg_p2p_register(&vfio, guest->bar, 0, 0) ||
		    brg_p2pmem_map(guest->bdf, MIB, &addr) ||
		    guest_touch(addr, true) || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	child_await(ready[0]);
	close(ready[0]);
	assert_true(guest_has_pool(guest));
	child_kill(pid);
	await_no_pool(guest);
	assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
	guest_register(guest);
}

static void
a_device_can_be_unbound_after_closing_without_unregistering(void **state)
{
	struct guest *guest = *state;

	guest_register(guest);
	brg_vfio_close(&guest->vfio);
	assert_good(brg_pci_restore(&guest->binding));
	assert_good(brg_pci_bind(guest->bdf, "vfio-pci", &guest->binding));
	assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	guest_register(guest);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(unregistering_takes_mappings_away),
	GUEST_TEST(an_old_mapping_does_not_see_a_new_registration),
	GUEST_TEST(unregistering_reaches_a_forked_child),
	GUEST_TEST(an_open_allocate_file_gives_nothing_afterwards),
	GUEST_TEST(closing_ends_a_live_registration),
	GUEST_TEST(closing_takes_mappings_away),
	GUEST_TEST(killing_the_owner_ends_everything),
	GUEST_TEST(a_device_can_be_unbound_after_closing_without_unregistering),
};

const struct guest_suite guest_teardown_suite = GUEST_SUITE(tests);
