// SPDX-License-Identifier: GPL-2.0-only
/* Pages of a dma-buf that is revoked, and one without pages beside it */
#include "pages.h"

#include "stuck.h"
#include "vmas.h"

#include <barrage/dmabuf.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

static void revoking_takes_the_pages_away(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map = pages_begin(guest);
	int again;

	assert_int_equal(guest_touch(map, true), 0);
	pages_expect_direct(map, true);
	assert_good(pages_revoke(guest));
	pages_expect_direct(map, false);
	assert_int_equal(guest_touch(map, true), 0);
	assert_int_equal(guest_touch(map + PAGE, true), 0);
	/* what comes after it is no concern of what was revoked */
	again = pages_get_range(guest, PAGES_OFFSET, PAGES_LEN);
	assert_true(again >= 0);
	pages_expect_direct(map, true);
	assert_good(pages_revoke(guest));
	pages_close();
	pages_expect_direct(map, true);
	close(again);
	pages_expect_direct(map, false);
	guest_register(guest);
}

static void revoking_does_not_wait_for_pins_of_pages(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map = pages_begin(guest);

	stuck_start(map);
	assert_good(pages_revoke(guest));
	assert_errno(pages_get_range(guest, PAGES_OFFSET, PAGES_LEN), EBUSY);
	assert_errno(brg_p2p_register(&guest->vfio, guest->bar, 0, 0), EBUSY);
	assert_int_equal(guest_touch(map, true), 0);
	pages_expect_direct(map, false);
	assert_int_equal(stuck_end(), 2 * PAGE);
	pages_await_export(guest);
	guest_register(guest);
}

/* The same page frames, with struct pages in one mapping and none in another */
static void one_without_pages_can_be_mapped_beside_it(void **state)
{
	const struct guest *guest = *state;
	volatile uint64_t *paged = (void *)pages_begin(guest);
	volatile uint64_t *plain;
	void *addr;
	int fd;

	assert_good(brg_dmabuf_export(&guest->vfio, guest->bar, PAGES_OFFSET,
				      PAGES_LEN, &fd));
	/* where one entry of a page table can map all of it */
	addr = vmas_map_aligned(fd, PAGES_LEN, 0);
	plain = addr;
	plain[3] = 1;
	assert_true(paged[3] == 1);
	paged[3] = 2;
	assert_true(plain[3] == 2);
	pages_expect_direct(addr, false);
	pages_expect_direct((void *)paged, true);
	assert_good(brg_vfio_reset(&guest->vfio));
	assert_int_equal(guest_touch(addr, true), 0);
	pages_expect_direct((void *)paged, true);
	pages_close();
	assert_int_equal(guest_touch((uint8_t *)addr + PAGE, true), 0);
	pages_export(guest);
	assert_int_equal(guest_touch((uint8_t *)addr + 2 * PAGE, true), 0);
	pages_expect_direct(addr, false);
	munmap(addr, PAGES_LEN);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	PAGES_TEST(revoking_takes_the_pages_away),
	PAGES_TEST(revoking_does_not_wait_for_pins_of_pages),
	PAGES_TEST(one_without_pages_can_be_mapped_beside_it),
};

const struct guest_suite guest_pages_revoke = GUEST_SUITE(tests);
