// SPDX-License-Identifier: GPL-2.0-only
/* One BAR, one use: registered, or mapped through VFIO, or a dma-buf. */
#include "guest.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

static void registering_takes_a_mapping_away(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr = guest_map_bar(guest);

	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(guest_touch(addr + MIB, false), 0);
	guest_register(guest);
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	assert_int_equal(guest_touch(addr + MIB, false), SIGBUS);
}

static void a_mapping_never_touched_is_taken_away_too(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr = guest_map_bar(guest);

	guest_register(guest);
	assert_int_equal(guest_touch(addr, false), SIGBUS);
}

static void a_mapping_works_again_after_unregistering(void **state)
{
	struct guest *guest = *state;
	uint8_t *addr = guest_map_bar(guest);

	assert_int_equal(guest_touch(addr, true), 0);
	guest_register(guest);
	assert_int_equal(guest_touch(addr, true), SIGBUS);
	guest_unregister(guest);
	assert_int_equal(guest_touch(addr, true), 0);
	assert_int_equal(*addr, 0x5a);
}

static void mapping_a_registered_bar_is_ebusy(void **state)
{
	struct guest *guest = *state;
	void *addr;

	/* also where the range is not the one that was registered */
	assert_good(brg_p2p_register(&guest->vfio, guest->bar, 0, 2 * MIB));
	assert_errno(brg_vfio_map(&guest->vfio, guest->bar, 0, PAGE, &addr),
		     EBUSY);
	assert_error("unregister it first");
	assert_errno(
		brg_vfio_map(&guest->vfio, guest->bar, 4 * MIB, PAGE, &addr),
		EBUSY);
	guest_unregister(guest);
	assert_int_equal(guest_touch(guest_map_bar(guest), true), 0);
}

static void the_devices_other_bars_can_still_be_mapped(void **state)
{
	const struct guest *guest = *state;
	void *addr;

	/* BAR0: the device's registers, one page, whatever its size */
	guest_register(guest);
	assert_good(brg_vfio_map(&guest->vfio, 0, 0, 256, &addr));
	assert_int_equal(guest_touch(addr, false), 0);
	munmap(addr, 256);
}

static void exporting_a_registered_bar_is_ebusy(void **state)
{
	const struct guest *guest = *state;
	int fd;

	assert_good(brg_p2p_register(&guest->vfio, guest->bar, 0, 2 * MIB));
	assert_errno(
		brg_dmabuf_export(&guest->vfio, guest->bar, 0, 2 * MIB, &fd),
		EBUSY);
	assert_errno(brg_dmabuf_export(&guest->vfio, guest->bar, 4 * MIB,
				       2 * MIB, &fd),
		     EBUSY);
	guest_unregister(guest);
	assert_good(
		brg_dmabuf_export(&guest->vfio, guest->bar, 0, 2 * MIB, &fd));
	close(fd);
}

static void registering_an_exported_bar_is_ebusy(void **state)
{
	const struct guest *guest = *state;
	int first, second;

	assert_good(
		brg_dmabuf_export(&guest->vfio, guest->bar, 0, PAGE, &first));
	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, 8 * MIB, PAGE,
				      &second));
	assert_errno(brg_p2p_register(&guest->vfio, guest->bar, 0, 0), EBUSY);
	close(first);
	assert_errno(brg_p2p_register(&guest->vfio, guest->bar, 0, 0), EBUSY);
	guest_expect_state(guest, VFIO_P2P_STATE_NONE);
	close(second);
	guest_register(guest);
}

static void a_failed_export_leaves_nothing_that_blocks(void **state)
{
	const struct guest *guest = *state;
	int fd, i;

	for (i = 0; i < 20; i++) {
		guest_register(guest);
		assert_errno(brg_dmabuf_export(&guest->vfio, guest->bar, 0,
					       PAGE, &fd),
			     EBUSY);
		guest_unregister(guest);
	}
}

static void reads_through_the_file_see_what_the_pages_hold(void **state)
{
	const struct guest *guest = *state;
	uint64_t value = 0;
	uint64_t *page;

	assert_good(
		brg_p2p_register(&guest->vfio, guest->bar, 2 * MIB, 2 * MIB));
	page = guest_map(guest, 2 * MIB);
	*(volatile uint64_t *)page = 0x0123456789abcdef;
	assert_good(brg_vfio_read(&guest->vfio, guest->bar, 2 * MIB, &value,
				  sizeof(value)));
	assert_true(value == 0x0123456789abcdef);
	value = 0xfedcba9876543210;
	assert_good(brg_vfio_write(&guest->vfio, guest->bar, 2 * MIB, &value,
				   sizeof(value)));
	assert_true(*(volatile uint64_t *)page == 0xfedcba9876543210);
	munmap(page, 2 * MIB);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(registering_takes_a_mapping_away),
	GUEST_TEST(a_mapping_never_touched_is_taken_away_too),
	GUEST_TEST(a_mapping_works_again_after_unregistering),
	GUEST_TEST(mapping_a_registered_bar_is_ebusy),
	GUEST_TEST(the_devices_other_bars_can_still_be_mapped),
	GUEST_TEST(exporting_a_registered_bar_is_ebusy),
	GUEST_TEST(registering_an_exported_bar_is_ebusy),
	GUEST_TEST(a_failed_export_leaves_nothing_that_blocks),
	GUEST_TEST(reads_through_the_file_see_what_the_pages_hold),
};

const struct guest_suite guest_exclusion = GUEST_SUITE(tests);
