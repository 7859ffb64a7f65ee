// SPDX-License-Identifier: GPL-2.0-only
/*
 * Defects of VFIO's dma-bufs in Linux 7.3: how they are mapped for DMA, and
 * what low power does to them. Each of these tests fails on the kernel as it
 * was released, by its own assertions.
 */
#include "actor.h"
#include "fault.h"
#include "guest.h"
#include "ledger.h"

#include <barrage/clock.h>
#include <barrage/dmabuf.h>
#include <barrage/iommufd.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NR_LEAKS 100
#define PATIENCE_NS 30000000000ull
#define POLL_NS 5000000ull

static struct actor importer;

static int setup(void **state)
{
	guest_setup(state);
	actor_bind(&importer, "EDU");
	return 0;
}

static int teardown(void **state)
{
	actor_unbind(&importer);
	return guest_teardown(state);
}

static int export_two(const struct guest *guest, uint64_t first,
		      uint64_t second, uint64_t length)
{
	union {
		struct vfio_device_feature_dma_buf get;
		uint8_t room[sizeof(struct vfio_device_feature_dma_buf) +
			     2 * sizeof(struct vfio_region_dma_range)];
	} arg = { .get = {
			  .region_index = guest->bar,
			  .open_flags = O_RDWR | O_CLOEXEC,
			  .nr_ranges = 2,
		  } };
	int fd;

	arg.get.dma_ranges[0].offset = first;
	arg.get.dma_ranges[0].length = length;
	arg.get.dma_ranges[1].offset = second;
	arg.get.dma_ranges[1].length = length;
	fd = brg_vfio_feature(&guest->vfio,
			      VFIO_DEVICE_FEATURE_GET |
				      VFIO_DEVICE_FEATURE_DMA_BUF,
			      &arg, sizeof(arg));
	assert_true(fd >= 0);
	return fd;
}

/* Every page of both ranges is where it should be for the importer. */
static void defect_dmabuf_of_two_ranges(void **state)
{
	const struct guest *guest = *state;
	int fd = export_two(guest, 8 * MIB, 2 * MIB, MIB);

	assert_good(actor_do(&importer, "import %d %#llx %#llx %#llx %#llx", fd,
			     guest->bar_start + 8 * MIB, MIB,
			     guest->bar_start + 2 * MIB, MIB));
	assert_good(actor_do(&importer, "unimport"));
	close(fd);
}

/* A dma-buf that was imported once, so that what grows after that is lost. */
static int export_for_ledger(const struct guest *guest, struct ledger *ledger)
{
	int fd;

	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, 0, MIB, &fd));
	assert_good(actor_do(&importer, "import %d", fd));
	assert_good(actor_do(&importer, "unimport"));
	ledger_read(ledger);
	return fd;
}

/* A struct iova is lost with each failure, and the space that it stands for. */
static void defect_dmabuf_map_fails(void **state)
{
	static struct ledger ledger;
	const struct guest *guest = *state;
	int i, fd = export_for_ledger(guest, &ledger);

	for (i = 0; i < NR_LEAKS; i++) {
		fault_arm(FAULT_OBJECT, "sg_alloc_table", 1);
		assert_errno(actor_do(&importer, "import %d", fd), ENOMEM);
		assert_true(fault_disarm());
	}
	ledger_expect_no_growth(&ledger, NR_LEAKS);
	close(fd);
}

/* A scatterlist is lost each time that a mapping ends. */
static void defect_dmabuf_unmap_leaks(void **state)
{
	static struct ledger ledger;
	const struct guest *guest = *state;
	int i, fd = export_for_ledger(guest, &ledger);

	for (i = 0; i < NR_LEAKS; i++) {
		assert_good(actor_do(&importer, "import %d", fd));
		assert_good(actor_do(&importer, "unimport"));
	}
	ledger_expect_no_growth(&ledger, NR_LEAKS);
	close(fd);
}

/* May the dma-buf be mapped into an address space now? 0 or -errno */
static int map_errno(const struct guest *guest, int fd, uint64_t length)
{
	struct iommu_ioas_map_file map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE,
		.ioas_id = guest->vfio.ioas_id,
		.fd = fd,
		.length = length,
	};

	if (ioctl(guest->vfio.iommufd.fd, IOMMU_IOAS_MAP_FILE, &map))
		return -errno;
	assert_good(brg_iommufd_ioas_unmap(
		&guest->vfio.iommufd, guest->vfio.ioas_id, map.iova, length));
	return 0;
}

static int set_feature(const struct guest *guest, uint32_t feature, void *data,
		       size_t len)
{
	return brg_vfio_feature(&guest->vfio, VFIO_DEVICE_FEATURE_SET | feature,
				data, len);
}

static void enter_low_power(const struct guest *guest)
{
	assert_good(set_feature(guest, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
				NULL, 0));
}

static void exit_low_power(const struct guest *guest)
{
	assert_good(set_feature(guest, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, NULL,
				0));
}

/* A dma-buf that is made in low power is as revoked as those from before. */
static void defect_dmabuf_made_in_low_power(void **state)
{
	const struct guest *guest = *state;
	int fd;

	enter_low_power(guest);
	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, 0, MIB, &fd));
	assert_errno(map_errno(guest, fd, MIB), ENODEV);
	exit_low_power(guest);
	assert_good(map_errno(guest, fd, MIB));
	close(fd);
}

/* Nothing but the exit from low power brings a dma-buf back. */
static void defect_dmabuf_revived_in_low_power(void **state)
{
	const struct guest *guest = *state;
	int fd;

	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, 0, MIB, &fd));
	assert_good(map_errno(guest, fd, MIB));
	enter_low_power(guest);
	assert_errno(map_errno(guest, fd, MIB), ENODEV);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_errno(map_errno(guest, fd, MIB), ENODEV);
	exit_low_power(guest);
	assert_good(map_errno(guest, fd, MIB));
	close(fd);
}

static void await_suspended(const struct guest *guest)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	char path[128], status[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path),
		 "/sys/bus/pci/devices/%s/power/runtime_status", guest->bdf);
	do {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		len = read(fd, status, sizeof(status) - 1);
		close(fd);
		assert_true(len > 0);
		if (!strncmp(status, "suspended", 9))
			return;
		brg_clock_sleep_ns(POLL_NS);
	} while (brg_clock_left_ms(end));
	fail_msg("the device does not go to sleep: %.*s", (int)len, status);
}

/* A wakeup ends low power, and with it the revocation. */
static void defect_dmabuf_after_wakeup(void **state)
{
	struct vfio_device_low_power_entry_with_wakeup entry = { 0 };
	const struct guest *guest = *state;
	struct pollfd wait = { .events = POLLIN };
	uint16_t vendor;
	int fd;

	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, 0, MIB, &fd));
	wait.fd = eventfd(0, EFD_CLOEXEC);
	assert_true(wait.fd >= 0);
	entry.wakeup_eventfd = wait.fd;
	assert_good(set_feature(guest,
				VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP,
				&entry, sizeof(entry)));
	await_suspended(guest);
	assert_errno(map_errno(guest, fd, MIB), ENODEV);
	assert_int_equal(poll(&wait, 1, 0), 0);
	assert_good(brg_vfio_read(&guest->vfio, VFIO_PCI_CONFIG_REGION_INDEX, 0,
				  &vendor, sizeof(vendor)));
	assert_int_equal(poll(&wait, 1, 0), 1);
	assert_good(map_errno(guest, fd, MIB));
	close(wait.fd);
	close(fd);
}

#define DEFECT(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	DEFECT(defect_dmabuf_of_two_ranges),
	DEFECT(defect_dmabuf_map_fails),
	DEFECT(defect_dmabuf_unmap_leaks),
	GUEST_TEST(defect_dmabuf_made_in_low_power),
	GUEST_TEST(defect_dmabuf_revived_in_low_power),
	GUEST_TEST(defect_dmabuf_after_wakeup),
};

const struct guest_suite guest_defects_dmabuf = GUEST_SUITE(tests);
