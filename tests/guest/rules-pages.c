// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of Documentation/driver-api/pci/p2pdma.rst for memory with struct pages:
 * what providers promise, and what nobody can do with it. Each test quotes its
 * rule.
 */
#include "pages.h"
#include "stuck.h"
#include "vmas.h"

#include <barrage/iommufd.h>
#include <barrage/p2pmem.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHORT_MS 300

/* "This will register struct pages for all the specified memory." */
static void rule_all_the_specified_memory_gets_struct_pages(void **state)
{
	const struct guest *guest = *state;
	struct brg_p2pmem pool;
	uint8_t *all;

	guest_register(guest);
	assert_good(brg_p2pmem_read(guest->bdf, &pool));
	assert_int_equal(pool.size_bytes, guest->bar_bytes);
	/* the kernel maps what has struct pages, and only that */
	all = guest_map(guest, guest->bar_bytes);
	assert_good(pages_read(all, PAGE));
	assert_good(pages_read(all + guest->bar_bytes - PAGE, PAGE));
	munmap(all, guest->bar_bytes);
}

/* "when the pgmap is destroyed all other drivers have stopped using the MMIO" */
static void rule_the_pgmap_is_destroyed_after_the_last_use(void **state)
{
	const struct guest *guest = *state;
	uint8_t *page = guest_register_and_touch(guest);

	stuck_start(page);
	assert_errno(brg_p2p_unregister(&guest->vfio, guest->bar, SHORT_MS),
		     ETIMEDOUT);
	assert_true(guest_has_pool(guest));
	assert_int_equal(stuck_end(), 2 * PAGE);
	guest_unregister(guest);
	assert_false(guest_has_pool(guest));
	munmap(page, PAGE);
}

/* "the wait for them has a limit and the provider must be prepared for it" */
static void rule_the_wait_has_a_limit_and_a_way_back(void **state)
{
	const struct guest *guest = *state;
	uint8_t *page = guest_register_and_touch(guest);

	stuck_start(page);
	assert_errno(brg_p2p_unregister(&guest->vfio, guest->bar, SHORT_MS),
		     ETIMEDOUT);
	/* "the memory is then still registered", and thawed it is used again */
	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
	assert_good(guest_map_errno(guest, PAGE));
	stuck_end();
	munmap(page, PAGE);
}

/* "This option works with O_DIRECT flows" */
static void rule_direct_io_works_with_struct_pages(void **state)
{
	const struct guest *guest = *state;
	uint8_t sent[PAGE], *page = guest_register_and_touch(guest);
	size_t i;

	for (i = 0; i < PAGE; i++)
		page[i] = sent[i] = (uint8_t)(i * 7 + i / 256);
	assert_int_equal(pwrite(pages_disk(), page, PAGE, 0), PAGE);
	for (i = 0; i < PAGE; i++)
		page[i] = 0;
	assert_good(pages_read(page, PAGE));
	for (i = 0; i < PAGE; i++)
		assert_int_equal(page[i], sent[i]);
	munmap(page, PAGE);
}

/* "The use of FOLL_LONGTERM is prevented." */
static void rule_long_term_pins_are_prevented(void **state)
{
	const struct guest *guest = *state;
	uint8_t *page = guest_register_and_touch(guest);
	uint64_t iova;

	assert_errno(brg_iommufd_ioas_map(&guest->vfio.iommufd,
					  guest->vfio.ioas_id, page, PAGE,
					  &iova),
		     EFAULT);
	munmap(page, PAGE);
}

/* "along with alignment and minimum size limitations" */
static void rule_alignment_and_minimum_size_are_limited(void **state)
{
	const struct brg_vfio *vfio = &((const struct guest *)*state)->vfio;
	unsigned int bar = ((const struct guest *)*state)->bar;

	assert_errno(brg_p2p_register(vfio, bar, 0, MIB), EINVAL);
	assert_errno(brg_p2p_register(vfio, bar, MIB, 2 * MIB), EINVAL);
	assert_good(brg_p2p_register(vfio, bar, 2 * MIB, 2 * MIB));
}

/* "pin_user_pages() [...] will not return them unless FOLL_PCI_P2PDMA is set" */
static void rule_pages_are_not_pinned_for_who_does_not_ask(void **state)
{
	const struct guest *guest = *state;
	uint8_t *page = guest_register_and_touch(guest);
	uint8_t mine[16];
	struct iovec local = { mine, sizeof(mine) };
	struct iovec remote = { page, sizeof(mine) };
	int pair[2];

	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	assert_int_equal(vmsplice(pair[1], &remote, 1, 0), -1);
	/* the errno that get_user_pages() has for this alone */
	assert_int_equal(errno, EREMOTEIO);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(process_vm_readv(getpid(), &local, 1, &remote, 1, 0),
			 -1);
	assert_int_equal(errno, EFAULT);
	/* who asks gets them */
	assert_good(pages_read(page, PAGE));
	munmap(page, PAGE);
}

/* "Mappings into user space are removed and every page must come back first." */
static void rule_mappings_are_removed_before_the_memory_is(void **state)
{
	const struct guest *guest = *state;
	uint8_t *page = guest_register_and_touch(guest);

	guest_unregister(guest);
	assert_int_equal(guest_touch(page, false), SIGBUS);
	assert_false(guest_has_pool(guest));
	munmap(page, PAGE);
}

/* "pci_p2pdma_freeze_resource() keeps more of it from being allocated" */
static void rule_what_is_frozen_is_not_allocated(void **state)
{
	const struct guest *guest = *state;

	guest_register(guest);
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	guest_expect_state(guest, VFIO_P2P_STATE_FROZEN);
	assert_errno(guest_map_errno(guest, PAGE), EAGAIN);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	guest_expect_state(guest, VFIO_P2P_STATE_LIVE);
	assert_good(guest_map_errno(guest, PAGE));
}

/* "Mappings that were removed do not come back." */
static void rule_removed_mappings_do_not_come_back(void **state)
{
	const struct guest *guest = *state;
	uint8_t *page = guest_register_and_touch(guest);

	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_int_equal(guest_touch(page, false), SIGBUS);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_int_equal(guest_touch(page, false), SIGBUS);
	munmap(page, PAGE);
}

/* "the user's offset says which page it is" */
static void rule_the_offset_says_which_page_it_is(void **state)
{
	const struct guest *guest = *state;
	uint64_t value = 0x1122334455667788, found = 0;
	volatile uint64_t *words = (volatile uint64_t *)pages_begin(guest);

	words[3 * PAGE / sizeof(value)] = value;
	assert_good(brg_vfio_read(&guest->vfio, guest->bar,
				  PAGES_OFFSET + 3 * PAGE, &found,
				  sizeof(found)));
	assert_true(found == value);
	pages_expect_direct((void *)words, true);
}

/* "mappings of frozen memory work again when it is thawed, since they fault" */
static void rule_mappings_of_frozen_pages_work_again(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr = pages_begin(guest);

	assert_int_equal(guest_touch(addr, true), 0);
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_int_equal(guest_touch(addr, false), SIGBUS);
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	assert_int_equal(guest_touch(addr, false), 0);
	pages_expect_direct(addr, true);
}

/* "pci_p2pdma_pages_kill() freezes them for good" */
static void rule_pages_that_were_killed_stay_frozen(void **state)
{
	const struct guest *guest = *state;
	uint8_t *addr = pages_begin(guest);

	assert_int_equal(guest_touch(addr, true), 0);
	assert_good(pages_revoke(guest));
	/* the device's mapping goes on, without struct pages */
	assert_int_equal(guest_touch(addr, true), 0);
	pages_expect_direct(addr, false);
	assert_good(brg_vfio_set_memory(&guest->vfio, false));
	assert_good(brg_vfio_set_memory(&guest->vfio, true));
	pages_expect_direct(addr, false);
}

static const struct CMUnitTest tests[] = {
	PAGES_TEST(rule_all_the_specified_memory_gets_struct_pages),
	PAGES_TEST(rule_the_pgmap_is_destroyed_after_the_last_use),
	PAGES_TEST(rule_the_wait_has_a_limit_and_a_way_back),
	PAGES_TEST(rule_direct_io_works_with_struct_pages),
	PAGES_TEST(rule_long_term_pins_are_prevented),
	PAGES_TEST(rule_alignment_and_minimum_size_are_limited),
	PAGES_TEST(rule_pages_are_not_pinned_for_who_does_not_ask),
	PAGES_TEST(rule_mappings_are_removed_before_the_memory_is),
	PAGES_TEST(rule_what_is_frozen_is_not_allocated),
	PAGES_TEST(rule_removed_mappings_do_not_come_back),
	PAGES_TEST(rule_the_offset_says_which_page_it_is),
	PAGES_TEST(rule_mappings_of_frozen_pages_work_again),
	PAGES_TEST(rule_pages_that_were_killed_stay_frozen),
};

const struct guest_suite guest_rules_pages = GUEST_SUITE(tests);
