// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two devices that can only be reset together: all of both is frozen, all I/O
 * waited for, and all thawed again where it is given up.
 */
#include "reset.h"

#include "stuck.h"

#include <barrage/sysfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define TIMEOUT_MS 300

static struct guest other;

static int open_cdev(const char *bdf)
{
	char path[BRG_SYSFS_PATH_BYTES], cdev[64];
	struct dirent *entry;
	int fd = -1;
	DIR *dir;

	assert_good(brg_sysfs_path(path, sizeof(path),
				   "bus/pci/devices/%s/vfio-dev", bdf));
	dir = opendir(path);
	assert_non_null(dir);
	while (fd < 0 && (entry = readdir(dir))) {
		snprintf(cdev, sizeof(cdev), "/dev/vfio/devices/%.32s",
			 entry->d_name);
		fd = open(cdev, O_RDWR | O_CLOEXEC);
	}
	closedir(dir);
	return fd;
}

/* Devices of one IOMMU group: they share the owner's iommufd. */
static void open_beside(struct guest *guest, const struct guest *owner)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.iommufd = owner->vfio.iommufd.fd,
	};
	struct brg_pci pci;

	*guest = (struct guest){
		.bdf = guest_role("OTHER_TWIN"),
		.bar = 2,
		.vfio = { .fd = -1, .iommufd.fd = -1 },
	};
	assert_good(brg_pci_bind(guest->bdf, "vfio-pci", &guest->binding));
	assert_good(brg_pci_read(guest->bdf, &pci));
	guest->bar_start = pci.bars[guest->bar].start;
	guest->bar_bytes = pci.bars[guest->bar].size_bytes;
	strcpy(guest->vfio.bdf, guest->bdf);
	guest->vfio.fd = open_cdev(guest->bdf);
	assert_true(guest->vfio.fd >= 0);
	assert_int_equal(ioctl(guest->vfio.fd, VFIO_DEVICE_BIND_IOMMUFD, &bind),
			 0);
}

static struct reset *open_both(void **state)
{
	struct reset *r = *state;

	open_beside(&other, &r->guest);
	reset_marker_set(&other);
	return r;
}

static int teardown(void **state)
{
	stuck_end();
	if (other.bdf)
		guest_close(&other);
	return reset_teardown(state);
}

static uint8_t *pin(const struct guest *guest)
{
	uint8_t *page = guest_map(guest, PAGE);

	stuck_start(page);
	return page;
}

static void expect_both_alive(struct reset *r)
{
	struct reset second = *r;

	reset_expect_alive(r);
	second.guest = other;
	second.stamp.generation = r->stamp.generation;
	reset_expect_alive(&second);
	r->stamp.generation = second.stamp.generation;
}

static void expect_markers(const struct reset *r, bool set)
{
	assert_int_equal(reset_marker_is_set(&r->guest), set);
	assert_int_equal(reset_marker_is_set(&other), set);
}

/* those that are not VFIO's take one device after the other */
static void expect_other_waits(struct reset *r)
{
	reset_start_other(r, &other);
	assert_errno(guest_map_errno(&other, PAGE), EAGAIN);
	reset_watch(r, &other, VFIO_P2P_STATE_FROZEN, VFIO_P2P_STATE_FROZEN);
	if (!r->path->external)
		assert_true(reset_marker_is_set(&r->guest));
}

static void finish_both(struct reset *r, uint8_t *page)
{
	stuck_end();
	assert_good(reset_call_end(&r->call));
	expect_markers(r, false);
	reset_marker_set(&r->guest);
	reset_marker_set(&other);
	munmap(page, PAGE);
}

static void waits_for_io_of_the_other(void **state)
{
	struct reset *r = open_both(state);
	uint8_t *mine, *page;

	guest_register(&r->guest);
	guest_register(&other);
	mine = guest_map(&r->guest, PAGE);
	assert_int_equal(guest_touch(mine, true), 0);
	page = pin(&other);
	expect_other_waits(r);
	if (!r->path->external)
		reset_expect_waiting(r);
	finish_both(r, page);
	assert_int_equal(guest_touch(mine, false), SIGBUS);
	munmap(mine, PAGE);
	expect_both_alive(r);
}

static void waits_where_only_the_other_is_registered(void **state)
{
	struct reset *r = open_both(state);
	uint8_t *page;

	guest_register(&other);
	page = pin(&other);
	expect_other_waits(r);
	guest_expect_state(&r->guest, VFIO_P2P_STATE_NONE);
	finish_both(r, page);
	guest_register(&r->guest);
	expect_both_alive(r);
}

/* The time is that of the device whose memory is in use. */
static void gives_both_back_when_it_gives_up(void **state)
{
	struct reset *r = open_both(state);
	struct reset second = { .guest = other };
	uint8_t *page;
	int i;

	reset_register(r, TIMEOUT_MS);
	reset_register(&second, TIMEOUT_MS);
	/* of the one asked, and of the other */
	for (i = 0; i < 2; i++) {
		page = pin(i ? &other : &r->guest);
		assert_errno(reset_begin(r), EBUSY);
		expect_markers(r, true);
		guest_expect_state(&r->guest, VFIO_P2P_STATE_LIVE);
		guest_expect_state(&other, VFIO_P2P_STATE_LIVE);
		assert_good(guest_map_errno(&r->guest, PAGE));
		assert_good(guest_map_errno(&other, PAGE));
		stuck_end();
		munmap(page, PAGE);
		expect_both_alive(r);
	}
	assert_good(reset_begin(r));
	expect_markers(r, false);
	reset_marker_set(&r->guest);
	reset_marker_set(&other);
	expect_both_alive(r);
}

static void leaves_frozen_what_was_off_before(void **state)
{
	struct reset *r = open_both(state);

	guest_register(&r->guest);
	guest_register(&other);
	assert_good(brg_vfio_set_memory(&other.vfio, false));
	assert_good(reset_begin(r));
	guest_expect_state(&other, VFIO_P2P_STATE_FROZEN);
	assert_errno(guest_map_errno(&other, PAGE), EAGAIN);
	guest_expect_state(&r->guest, VFIO_P2P_STATE_LIVE);
	assert_good(brg_vfio_set_memory(&other.vfio, true));
	expect_markers(r, false);
	reset_marker_set(&r->guest);
	reset_marker_set(&other);
	expect_both_alive(r);
}

/*
 * The first is closed with I/O on its pages. Closing the second resets a bus
 * that nobody uses, which is not the case as long as that I/O lasts.
 */
static void closing_the_other_does_not_reset_what_drains(void **state)
{
	struct reset *r = open_both(state);
	struct guest *guest = &r->guest;
	uint8_t *page;

	guest_register(&other);
	page = pin(&other);
	close(other.vfio.fd);
	other.vfio.fd = -1;
	assert_true(reset_marker_is_set(guest));
	guest_reopen(guest);
	assert_true(reset_marker_is_set(guest));
	stuck_end();
	munmap(page, PAGE);
	guest_register(guest);
	reset_expect_alive(r);
}

#define SLOT_TEST(path_, test_)                                                \
	{                                                                      \
		.name = #path_ "_" #test_, .test_func = test_,                 \
		.setup_func = reset_setup, .teardown_func = teardown,          \
		.initial_state = (void *)&path_,                               \
	}

static const struct CMUnitTest tests[] = {
	SLOT_TEST(reset_hot_twin, waits_for_io_of_the_other),
	SLOT_TEST(reset_hot_twin, waits_where_only_the_other_is_registered),
	SLOT_TEST(reset_hot_twin, gives_both_back_when_it_gives_up),
	SLOT_TEST(reset_hot_twin, leaves_frozen_what_was_off_before),
	SLOT_TEST(reset_bridge_twin, waits_for_io_of_the_other),
	SLOT_TEST(reset_bridge_twin, waits_where_only_the_other_is_registered),
	SLOT_TEST(reset_hot_twin, closing_the_other_does_not_reset_what_drains),
};

const struct guest_suite guest_reset_slot = GUEST_SUITE(tests);
