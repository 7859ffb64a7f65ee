// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of Documentation/driver-api/pci/p2pdma.rst for memory without struct
 * pages, which is wrapped in dma-bufs. Each test quotes its rule.
 */
#include "importer.h"
#include "pages.h"
#include "vmas.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* "use DMABUF to provide an invalidation shutdown" */
static void rule_importers_that_cannot_be_told_are_refused(void **state)
{
	static const enum brg_importer_mode deaf[] = {
		BRG_IMPORTER_PINNED,
		BRG_IMPORTER_STATIC,
		BRG_IMPORTER_NO_PEERS,
	};
	const struct guest *guest = *state;
	const struct brg_importer *it = &importer_get()->it[0];
	int fd = importer_export(guest);
	size_t i;

	for (i = 0; i < sizeof(deaf) / sizeof(deaf[0]); i++)
		assert_errno(brg_importer_attach(it, fd, deaf[i], NULL),
			     EOPNOTSUPP);
	assert_good(brg_importer_attach(it, fd, BRG_IMPORTER_REVOCABLE, NULL));
}

/* how much of a mapping the kernel counts, which it does by struct page */
static unsigned long rss_kib(const void *addr)
{
	unsigned long start, end, kib = 0;
	bool inside = false, found = false;
	char line[512];
	FILE *f = fopen("/proc/self/smaps", "re");

	assert_non_null(f);
	while (!found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = (uintptr_t)addr >= start &&
				 (uintptr_t)addr < end;
		else if (inside)
			found = sscanf(line, "Rss: %lu kB", &kib) == 1;
	}
	fclose(f);
	assert_true(found);
	return kib;
}

/* "These MMIO addresses have no struct page, and [...] special PTEs" */
static void rule_mmap_creates_special_page_table_entries(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr, *page;

	addr = vmas_map_aligned(importer_export(guest), IMPORTER_LEN, 0);
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(rss_kib(addr), 0);
	munmap(addr, IMPORTER_LEN);
	close(importer_get()->dmabuf);
	importer_get()->dmabuf = -1;
	/* as opposed to memory of the same BAR that has struct pages */
	page = guest_register_and_touch(guest);
	assert_int_equal(rss_kib(page), PAGE / 1024);
	munmap(page, PAGE);
}

/* "they cannot be used with read()/write(), including O_DIRECT" */
static void rule_direct_io_to_it_is_refused(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr;
	int memfd;

	addr = vmas_map_aligned(importer_export(guest), IMPORTER_LEN, 0);
	assert_errno(pages_read(addr, PAGE), EFAULT);
	assert_int_equal(guest_touch(addr, true), 0);
	assert_errno(pages_read(addr, PAGE), EFAULT);
	assert_int_equal(pwrite(pages_disk(), addr, PAGE, 0), -1);
	assert_int_equal(errno, EFAULT);
	/* where the CPU copies, the rule is stricter than the kernel */
	memfd = memfd_create("cached", MFD_CLOEXEC);
	assert_int_equal(ftruncate(memfd, PAGE), 0);
	assert_int_equal(pwrite(memfd, "P2P", 4, 0), 4);
	assert_int_equal(pread(memfd, addr, PAGE, 0), PAGE);
	assert_int_equal(((volatile uint8_t *)addr)[1], '2');
	close(memfd);
	munmap(addr, IMPORTER_LEN);
}

/* "Userspace can then pass the FD to an importing driver" */
static void rule_the_fd_is_all_that_an_importer_needs(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it;

	it = importer_use(guest, BRG_IMPORTER_REVOCABLE);
	importer_expect_works(guest, it, 0, 1);
	importer_expect_works(guest, it, IMPORTER_LEN - PAGE, 2);
}

/*
 * "the P2P subsystem is used to determine the mapping type": here through the
 * host bridge, by an IOVA; on the bus it would be the BAR's own address.
 */
static void rule_the_mapping_type_is_that_of_the_route(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it;
	struct brg_importer_range range;
	uint64_t bar_end = guest->bar_start + guest->bar_bytes;

	assert_string_equal(guest_role("EXPECT_MAP_TYPE"), "THRU_HOST_BRIDGE");
	it = importer_use(guest, BRG_IMPORTER_REVOCABLE);
	assert_int_equal(brg_importer_ranges(it, &range, 1), 1);
	assert_int_equal(range.length_bytes, IMPORTER_LEN);
	assert_true(range.address < guest->bar_start ||
		    range.address >= bar_end);
	importer_expect_works(guest, it, 0, 3);
}

/* "Lifecycle is controlled by DMABUF move_notify()" */
static void rule_the_lifecycle_is_controlled_by_invalidation(void **state)
{
	const struct guest *guest = *state;
	const struct brg_importer *it;

	it = importer_use(guest, BRG_IMPORTER_DYNAMIC);
	assert_int_equal(importer_status(it).nr_notified, 0);
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_int_equal(importer_status(it).nr_invalidated, 1);
	importer_expect_state(it, BRG_IMPORTER_REVOKED);
	assert_errno(importer_dma(it, true, 0, IMPORTER_BYTES), ENODEV);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	/* told again, that it may be mapped again */
	assert_true(importer_status(it).nr_notified >= 2);
	importer_expect_works(guest, it, 0, 4);
}

static int teardown(void **state)
{
	pages_close_disk();
	return guest_teardown(state);
}

#define RULE(test)                                                             \
	cmocka_unit_test_setup_teardown(test, importer_setup, teardown)

static const struct CMUnitTest tests[] = {
	RULE(rule_importers_that_cannot_be_told_are_refused),
	RULE(rule_mmap_creates_special_page_table_entries),
	RULE(rule_direct_io_to_it_is_refused),
	RULE(rule_the_fd_is_all_that_an_importer_needs),
	RULE(rule_the_mapping_type_is_that_of_the_route),
	RULE(rule_the_lifecycle_is_controlled_by_invalidation),
};

const struct guest_suite guest_rules_dmabuf = GUEST_SUITE(tests);
