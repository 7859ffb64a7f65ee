// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of Documentation/driver-api/pci/p2pdma.rst: what has to be over before
 * the driver that provides the memory is gone. Each test quotes its rule.
 */
#include "importer.h"
#include "stuck.h"
#include "vmas.h"

#include <barrage/clock.h>
#include <barrage/dmabuf.h>
#include <barrage/iommufd.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOW_MS 700
/* how long something that should wait is watched */
#define WATCH_NS 300000000ull

/* remove() of vfio-pci; back on return */
static void remove_driver(struct guest *guest)
{
	brg_vfio_close(&guest->vfio);
	assert_good(brg_pci_restore(&guest->binding));
}

static void bring_back(struct guest *guest)
{
	assert_good(brg_pci_bind(guest->bdf, "vfio-pci", &guest->binding));
	assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
}

/* "the MMIO must have all DMA mapping removed [...] before [...] remove()" */
static void rule_dma_mappings_are_removed_before_remove_completes(void **state)
{
	struct guest *guest = *state;
	const struct brg_importer *it;
	struct brg_importer_status status;

	it = importer_use(guest, BRG_IMPORTER_REVOCABLE);
	importer_expect_works(guest, it, 0, 1);
	remove_driver(guest);
	status = importer_status(it);
	assert_int_equal(status.state, BRG_IMPORTER_REVOKED);
	assert_int_equal(status.nr_unmaps, status.nr_maps);
	bring_back(guest);
	importer_expect_stopped(guest, it);
}

static int32_t entry_of(const void *addr)
{
	uint64_t entry;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &entry, sizeof(entry),
			       (off_t)((uintptr_t)addr / PAGE * sizeof(entry))),
			 sizeof(entry));
	close(fd);
	return entry >> 63;
}

/* "all CPU accesses prevented [...] before the providing driver completes" */
static void
rule_cpu_accesses_are_prevented_before_remove_completes(void **state)
{
	struct guest *guest = *state;
	int fd = importer_export(guest);
	uint8_t *addr = vmas_map_aligned(fd, IMPORTER_LEN, 0);

	assert_int_equal(guest_touch(addr, true), 0);
	remove_driver(guest);
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_int_equal(guest_touch(addr + PAGE, false), SIGBUS);
	bring_back(guest);
	/* nor does it find what the next owner has there */
	assert_int_equal(guest_touch(addr, false), SIGBUS);
	munmap(addr, IMPORTER_LEN);
}

/* "all page table mappings undone before the providing driver completes" */
static void rule_page_tables_are_undone_before_remove_completes(void **state)
{
	struct guest *guest = *state;
	int fd = importer_export(guest), i;
	uint8_t *addr = vmas_map_aligned(fd, IMPORTER_LEN, 0);

	for (i = 0; i < 64; i++) {
		assert_int_equal(guest_touch(addr + i * PAGE, true), 0);
		assert_true(entry_of(addr + i * PAGE));
	}
	remove_driver(guest);
	for (i = 0; i < 64; i++)
		assert_false(entry_of(addr + i * PAGE));
	bring_back(guest);
	munmap(addr, IMPORTER_LEN);
}

static int reset(void *arg)
{
	const struct guest *guest = arg;

	return brg_vfio_reset(&guest->vfio);
}

/* "This is done by either a synchronous invalidation shutdown" */
static void rule_the_invalidation_shutdown_is_synchronous(void **state)
{
	struct guest *guest = *state;
	const struct brg_importer *it;
	struct brg_importer_status status;

	it = importer_use(guest, BRG_IMPORTER_REVOCABLE);
	assert_good(brg_importer_delay(it, BRG_IMPORTER_SLOW_UNMAP, SLOW_MS));
	importer_start(reset, guest);
	assert_good(importer_join());
	/* it may note what it gave up when the reset is already over */
	status = importer_await_revoked(it);
	assert_true(importer_get()->call->end_ns >=
		    status.notified_ns + SLOW_MS * IMPORTER_MS);
}

static int unbind(void *arg)
{
	struct guest *guest = arg;

	return brg_pci_restore(&guest->binding);
}

/* "or waiting for all usage refcounts to reach zero" */
static void rule_or_all_usage_refcounts_reach_zero(void **state)
{
	struct guest *guest = *state;
	uint8_t *page = guest_register_and_touch(guest);

	stuck_start(page);
	/* closing gives up after a while, and leaves the wait to remove() */
	brg_vfio_close(&guest->vfio);
	importer_start(unbind, guest);
	/* the link goes right before remove(), which then waits */
	guest_expect_driver("PROVIDER", "");
	importer_await_asleep();
	brg_clock_sleep_ns(WATCH_NS);
	assert_false(importer_is_done());
	assert_true(guest_has_pool(guest));
	assert_int_equal(stuck_end(), 2 * PAGE);
	assert_good(importer_join());
	assert_false(guest_has_pool(guest));
	assert_int_equal(guest_touch(page, false), SIGBUS);
	munmap(page, PAGE);
	bring_back(guest);
}

/* "deliver an invalidation shutdown to all DMABUF importing drivers" */
static void rule_all_importers_get_the_invalidation_shutdown(void **state)
{
	struct guest *guest = *state;
	const struct brg_importer *it[IMPORTER_MAX];
	struct brg_importer_status status;
	uint64_t iova;
	size_t i;

	importer_export(guest);
	for (i = 0; i < IMPORTER_MAX; i++)
		it[i] = importer_attach(i, i == 1 ? BRG_IMPORTER_DYNAMIC :
						    BRG_IMPORTER_REVOCABLE);
	assert_good(brg_iommufd_ioas_map_file(
		&guest->vfio.iommufd, guest->vfio.ioas_id,
		importer_get()->dmabuf, IMPORTER_LEN, &iova));
	remove_driver(guest);
	for (i = 0; i < IMPORTER_MAX; i++) {
		status = importer_status(it[i]);
		assert_int_equal(status.nr_invalidated, 1);
		assert_int_equal(status.nr_unmaps, status.nr_maps);
		assert_int_equal(status.state, BRG_IMPORTER_REVOKED);
	}
	bring_back(guest);
}

/* "No importing driver can continue to have a DMA map to the MMIO" */
static void rule_no_importer_has_a_mapping_after_that(void **state)
{
	struct guest *guest = *state;
	const struct brg_importer *it, *other;

	it = importer_use(guest, BRG_IMPORTER_DYNAMIC);
	remove_driver(guest);
	other = &importer_get()->it[2];
	/* neither one that knows it, nor a new one */
	assert_errno(brg_importer_map(it, BRG_IMPORTER_RW, NULL), ENODEV);
	assert_errno(importer_dma(it, true, 0, IMPORTER_BYTES), ENODEV);
	assert_errno(brg_importer_attach(other, importer_get()->dmabuf,
					 BRG_IMPORTER_REVOCABLE, NULL),
		     ENODEV);
	bring_back(guest);
	/* the provider is another one now */
	assert_errno(brg_importer_map(it, BRG_IMPORTER_RW, NULL), ENODEV);
	importer_expect_stopped(guest, it);
}

static const struct CMUnitTest tests[] = {
	IMPORTER_TEST(rule_dma_mappings_are_removed_before_remove_completes),
	IMPORTER_TEST(rule_cpu_accesses_are_prevented_before_remove_completes),
	IMPORTER_TEST(rule_page_tables_are_undone_before_remove_completes),
	IMPORTER_TEST(rule_the_invalidation_shutdown_is_synchronous),
	IMPORTER_TEST(rule_or_all_usage_refcounts_reach_zero),
	IMPORTER_TEST(rule_all_importers_get_the_invalidation_shutdown),
	IMPORTER_TEST(rule_no_importer_has_a_mapping_after_that),
};

const struct guest_suite guest_rules_remove = GUEST_SUITE(tests);
