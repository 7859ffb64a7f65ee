// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device leaves its slot: by the slot's power, which the kernel turns off,
 * and by its button, which somebody presses. It stays until I/O is done with its
 * memory. Afterwards another one is put in.
 */
#include "reset.h"

#include "host.h"
#include "stuck.h"

#include <barrage/clock.h>
#include <barrage/sysfs.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_NS (60000 * MS)
#define WATCH_NS (200 * MS)

/* number of the slot that the device is in */
static int find_slot(const struct guest *guest, char *slot, size_t bytes)
{
	char address[32];
	struct dirent *entry;
	int ret = -ENOENT;
	DIR *dir;

	dir = opendir("/sys/bus/pci/slots");
	while (dir && ret && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    brg_sysfs_read(address, sizeof(address),
				   "bus/pci/slots/%s/address", entry->d_name))
			continue;
		/* without the function */
		if (strncmp(address, guest->bdf, strlen(address)))
			continue;
		snprintf(slot, bytes, "%s", entry->d_name);
		ret = 0;
	}
	if (dir)
		closedir(dir);
	return ret;
}

static int power_off(const struct guest *guest)
{
	char slot[256];
	int ret;

	ret = find_slot(guest, slot, sizeof(slot));
	return ret ? ret : brg_sysfs_write("0", "bus/pci/slots/%s/power", slot);
}

static int button(const struct guest *guest)
{
	return host_ask("unplug hot");
}

static const struct reset_path reset_slot_power = {
	"power of the slot", "HOT", power_off, NULL, true,
};
static const struct reset_path reset_slot_button = {
	"button of the slot", "HOT", button, NULL, true,
};

static bool is_there(const struct guest *guest)
{
	char path[BRG_SYSFS_PATH_BYTES];

	assert_good(brg_sysfs_path(path, sizeof(path), "bus/pci/devices/%s",
				   guest->bdf));
	return !access(path, F_OK);
}

static void await(const struct guest *guest, bool there)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	while (is_there(guest) != there) {
		if (!brg_clock_left_ms(end))
			fail_msg("%s %s", guest->bdf,
				 there ? "does not come" : "does not go");
		brg_clock_sleep_ns(2 * MS);
	}
}

/* A new device, of which the fixture's record knows nothing. */
static void bind_new(struct reset *r, uint64_t end)
{
	int ret;

	r->guest.binding = (struct brg_pci_binding){};
	/* at first the kernel is busy finding out that no driver wants it */
	do {
		ret = brg_pci_bind(r->guest.bdf, "vfio-pci", &r->guest.binding);
		if (ret)
			brg_clock_sleep_ns(20 * MS);
	} while (ret && brg_clock_left_ms(end));
	assert_good(ret);
	/* whatever it was on just then, it did not stay there */
	r->guest.binding = (struct brg_pci_binding){};
}

/* QEMU lets go of the old one a little later than the kernel */
static void plug(struct reset *r)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;

	await(&r->guest, false);
	while (host_ask("plug hot")) {
		if (!brg_clock_left_ms(end))
			fail_msg("the slot takes no other device");
		brg_clock_sleep_ns(20 * MS);
	}
	await(&r->guest, true);
	bind_new(r, end);
	guest_await_open(&r->guest);
	guest_expect_state(&r->guest, VFIO_P2P_STATE_NONE);
	reset_marker_set(&r->guest);
	guest_register(&r->guest);
	reset_expect_alive(r);
}

static void watch(struct reset *r, const char *what)
{
	uint64_t end = brg_clock_now_ns() + WATCH_NS;

	do {
		assert_true(is_there(&r->guest));
		assert_true(guest_has_pool(&r->guest));
		if (r->path->begin == power_off && atomic_load(&r->call.done))
			fail_msg("it is gone, %d, %s", r->call.ret, what);
		brg_clock_sleep_ns(2 * MS);
	} while (brg_clock_left_ms(end));
}

static void waits_for_io(void **state)
{
	struct reset *r = *state;
	struct guest *guest = &r->guest;
	uint8_t *page;

	guest_register(guest);
	page = guest_map(guest, PAGE);
	stuck_start(page);
	reset_call_start(&r->call, guest, r->path->begin);
	watch(r, "while it was open");
	/* what the kernel asks of its user, who then does it */
	brg_vfio_close(&guest->vfio);
	watch(r, "while I/O had a page pinned");
	stuck_end();
	assert_good(reset_call_end(&r->call));
	munmap(page, PAGE);
	plug(r);
}

static void what_is_closed_goes(void **state)
{
	struct reset *r = *state;
	struct guest *guest = &r->guest;
	uint8_t *page;

	page = guest_register_and_touch(guest);
	brg_vfio_close(&guest->vfio);
	assert_good(r->path->begin(guest));
	await(guest, false);
	assert_int_equal(guest_touch(page, true), SIGBUS);
	munmap(page, PAGE);
	plug(r);
}

static const struct CMUnitTest tests[] = {
	RESET_TEST(reset_slot_power, waits_for_io),
	RESET_TEST(reset_slot_button, waits_for_io),
	RESET_TEST(reset_slot_power, what_is_closed_goes),
};

const struct guest_suite guest_reset_unplug = GUEST_SUITE(tests);
