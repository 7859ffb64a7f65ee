// SPDX-License-Identifier: GPL-2.0-only
/* How the pages of a dma-buf end: it is closed, or the device is, in use or not */
#include "guest-call.h"
#include "children.h"
#include "pages.h"

#include "ledger.h"
#include "stuck.h"

#include <barrage/clock.h>
#include <barrage/sysfs.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define MS 1000000ull
#define NR_CYCLES 1000
#define NR_WARM_UP 20

static struct ledger before;

static uint64_t ms_since(uint64_t start_ns)
{
	return (brg_clock_now_ns() - start_ns) / MS;
}

static void closing_does_not_wait_for_pins(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map = pages_begin(guest);
	uint64_t start;

	stuck_start(map);
	start = brg_clock_now_ns();
	pages_close();
	assert_in_range(ms_since(start), 0, 10000);
	/* neither pages again, nor a registration, while the I/O has them */
	assert_errno(pages_get_range(guest, PAGES_OFFSET, PAGES_LEN), EBUSY);
	assert_errno(pages_get_range(guest, 0, guest->bar_bytes), EBUSY);
	assert_errno(brg_p2p_register(&guest->vfio, guest->bar, 0, 0), EBUSY);
	/* the CPU is not concerned, and other memory is not either */
	assert_int_equal(guest_touch(map, true), 0);
	pages_expect_direct(map, false);
	close(pages_get_range(guest, 16 * MIB, 2 * MIB));
	stuck_end();
	pages_await_export(guest);
	guest_register(guest);
}

static void several_that_were_closed_end_on_their_own(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map = pages_begin(guest);
	int other;

	other = pages_get_range(guest, 16 * MIB, 2 * MIB);
	assert_true(other >= 0);
	stuck_start(map + PAGE);
	pages_close();
	close(other);
	/* not held up by the one that is in use */
	other = pages_get_range(guest, 16 * MIB, 2 * MIB);
	assert_true(other >= 0);
	close(other);
	assert_errno(pages_get_range(guest, PAGES_OFFSET, PAGES_LEN), EBUSY);
	stuck_end();
	pages_await_export(guest);
}

/* The mapping has to go first: it keeps the device open. The pin stays. */
static void close_all_but_the_pin(struct guest *guest, bool dmabuf_too)
{
	stuck_start(pages_begin(guest));
	pages_unmap();
	if (dmabuf_too)
		pages_close();
	brg_vfio_close(&guest->vfio);
}

static void a_closed_device_in_use_is_ebusy(void **state)
{
	struct guest *guest = *state;
	uint64_t start = brg_clock_now_ns();

	close_all_but_the_pin(guest, true);
	assert_in_range(ms_since(start), 0, 30000);
	assert_errno(brg_vfio_open(guest->bdf, &guest->vfio), EBUSY);
	stuck_end();
	guest_await_open(guest);
	pages_begin(guest);
}

static void a_dma_buf_that_outlives_the_device_has_no_pages(void **state)
{
	struct guest *guest = *state;

	pages_begin(guest);
	pages_unmap();
	guest_reopen(guest);
	/* the old dma-buf is open still, and does not count any more */
	close(pages_get_range(guest, PAGES_OFFSET, PAGES_LEN));
	guest_register(guest);
}

static void it_does_not_keep_a_device_in_use_either(void **state)
{
	struct guest *guest = *state;

	close_all_but_the_pin(guest, false);
	assert_errno(brg_vfio_open(guest->bdf, &guest->vfio), EBUSY);
	stuck_end();
	guest_await_open(guest);
	close(pages_get_range(guest, PAGES_OFFSET, PAGES_LEN));
}

static int restore(void *arg)
{
	struct guest *guest = arg;

	return brg_pci_restore(&guest->binding);
}

static void unbinding_waits_for_the_pin(void **state)
{
	/* of a test that fails, which does not wait for it */
	static struct guest_call call;
	struct guest *guest = *state;

	close_all_but_the_pin(guest, true);
	guest_call_start(&call, restore, guest);
	/* the name of the driver goes first; then, with no wait, all the rest */
	guest_expect_driver("PROVIDER", "");
	guest_call_expect_waiting(&call);
	assert_int_equal(stuck_end(), 2 * PAGE);
	assert_good(guest_call_join(&call));
	assert_good(brg_pci_bind(guest->bdf, "vfio-pci", &guest->binding));
	assert_good(brg_vfio_open(guest->bdf, &guest->vfio));
	pages_begin(guest);
}

static void killing_the_owner_ends_the_pages(void **state)
{
	struct guest *guest = *state;
	int ready[2];
	uint8_t *map;
	pid_t pid;

	brg_vfio_close(&guest->vfio);
	assert_int_equal(pipe(ready), 0);
	pid = child_start();
	if (!pid) {
		if (brg_vfio_open(guest->bdf, &guest->vfio))
			_exit(1);
		map = pages_begin(guest);
		if (guest_touch(map, true) || pages_read(map, PAGE) ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	child_await(ready[0]);
	close(ready[0]);
	child_kill(pid);
	guest_await_open(guest);
	pages_begin(guest);
}

static void expedite(bool on)
{
	brg_sysfs_write(on ? "1" : "0", "kernel/rcu_expedited");
}

static int growth_setup(void **state)
{
	expedite(true);
	return pages_setup(state);
}

static int growth_teardown(void **state)
{
	expedite(false);
	return guest_teardown(state);
}

static void a_thousand_dma_bufs_do_not_grow_the_kernel(void **state)
{
	const struct guest *guest = *state;
	uint8_t *map;
	int i;

	for (i = 0; i < NR_CYCLES + NR_WARM_UP; i++) {
		if (i == NR_WARM_UP)
			ledger_read(&before);
		map = pages_begin(guest);
		pages_expect_direct(map, true);
		assert_int_equal(guest_touch(map + PAGE, true), 0);
		/* in turns: which of the two goes first */
		if (i & 1)
			pages_close();
		pages_unmap();
		pages_close();
	}
	ledger_expect_no_growth(&before, NR_CYCLES);
}

static const struct CMUnitTest tests[] = {
	PAGES_TEST(closing_does_not_wait_for_pins),
	PAGES_TEST(several_that_were_closed_end_on_their_own),
	PAGES_TEST(a_closed_device_in_use_is_ebusy),
	PAGES_TEST(a_dma_buf_that_outlives_the_device_has_no_pages),
	PAGES_TEST(it_does_not_keep_a_device_in_use_either),
	PAGES_TEST(unbinding_waits_for_the_pin),
	PAGES_TEST(killing_the_owner_ends_the_pages),
	cmocka_unit_test_setup_teardown(
		a_thousand_dma_bufs_do_not_grow_the_kernel, growth_setup,
		growth_teardown),
};

const struct guest_suite guest_pages_ends = GUEST_SUITE(tests);
