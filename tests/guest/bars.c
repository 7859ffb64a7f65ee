// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two BARs of one device, registered through VFIO: what happens to one is
 * nothing to the other, with I/O in it or without.
 */
#include "guest.h"

#include "fixture.h"
#include "stuck.h"
#include "traffic.h"

#include <barrage/proof.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#define BUSY 2
#define OTHER 4
#define BYTES (4 * MIB)
#define ROUNDS 8
#define PATIENCE_MS 60000

static struct guest guest;

static int setup(void **state)
{
	fixture_begin(NULL);
	guest_open(&guest, "DUAL");
	*state = &guest;
	return 0;
}

static int teardown(void **state)
{
	traffic_abort();
	stuck_end();
	brg_vfio_close(&guest.vfio);
	assert_false(guest_has_pool(&guest));
	/* back to a driver that offers memory of its own */
	assert_good(brg_pci_restore(&guest.binding));
	return fixture_end();
}

static void add(unsigned int bar)
{
	assert_good(brg_p2p_register(&guest.vfio, bar, 0, BYTES));
}

static int drop(unsigned int bar, unsigned int ms)
{
	return brg_p2p_unregister(&guest.vfio, bar, ms);
}

static void expect_state(unsigned int bar, uint32_t state)
{
	struct brg_p2p_state now;

	assert_good(brg_p2p_query(&guest.vfio, bar, &now));
	assert_string_equal(brg_p2p_state_name(now.state),
			    brg_p2p_state_name(state));
}

static void expect_pool(uint64_t bytes)
{
	struct brg_p2pmem pool;

	assert_good(brg_p2pmem_read(guest.bdf, &pool));
	assert_int_equal(pool.size_bytes, bytes);
}

/* Map so much, of which the first page must be of that BAR. */
static void *map_from(unsigned int bar, size_t len)
{
	void *addr = guest_map(&guest, len);
	struct brg_pci pci;
	uint64_t phys;

	assert_good(brg_pci_read(guest.bdf, &pci));
	assert_good(brg_proof_frames(addr, 1, &phys));
	assert_in_range(phys, pci.bars[bar].start,
			pci.bars[bar].start + BYTES - 1);
	return addr;
}

static void one_bar_comes_and_goes_below_io_in_the_other(void **state)
{
	void *busy, *page;
	int i;

	(void)state;
	add(BUSY);
	add(OTHER);
	busy = map_from(BUSY, BYTES);
	traffic_start(busy);
	for (i = 0; i < ROUNDS; i++) {
		expect_pool(2 * BYTES);
		page = map_from(OTHER, PAGE);
		assert_good(drop(OTHER, PATIENCE_MS));
		assert_int_equal(guest_touch(page, false), SIGBUS);
		munmap(page, PAGE);
		expect_state(OTHER, VFIO_P2P_STATE_NONE);
		expect_state(BUSY, VFIO_P2P_STATE_LIVE);
		expect_pool(BYTES);
		assert_errno(guest_map_errno(&guest, PAGE), ENOMEM);
		traffic_expect();
		add(OTHER);
	}
	traffic_end();
	assert_int_equal(guest_touch(busy, true), 0);
	munmap(busy, BYTES);
	assert_good(drop(BUSY, PATIENCE_MS));
	expect_pool(BYTES);
	assert_good(drop(OTHER, PATIENCE_MS));
	assert_false(guest_has_pool(&guest));
}

static void io_in_one_bar_does_not_hold_the_other(void **state)
{
	void *page;

	(void)state;
	add(BUSY);
	add(OTHER);
	page = map_from(BUSY, PAGE);
	stuck_start(page);
	assert_good(drop(OTHER, PATIENCE_MS));
	assert_errno(drop(BUSY, 300), ETIMEDOUT);
	expect_state(BUSY, VFIO_P2P_STATE_LIVE);
	add(OTHER);
	assert_good(drop(OTHER, PATIENCE_MS));
	assert_int_equal(stuck_end(), 2 * PAGE);
	munmap(page, PAGE);
	assert_good(drop(BUSY, PATIENCE_MS));
	assert_false(guest_has_pool(&guest));
}

static void memory_goes_back_to_the_bar_that_it_is_from(void **state)
{
	void *first, *second;

	(void)state;
	add(BUSY);
	add(OTHER);
	first = map_from(BUSY, BYTES);
	second = map_from(OTHER, BYTES);
	munmap(first, BYTES);
	guest_await_available(&guest, BYTES);
	first = map_from(BUSY, BYTES);
	munmap(second, BYTES);
	guest_await_available(&guest, BYTES);
	second = map_from(OTHER, BYTES);
	munmap(first, BYTES);
	munmap(second, BYTES);
	guest_await_available(&guest, 2 * BYTES);
}

static void *come_and_go(void *arg)
{
	unsigned int bar = *(unsigned int *)arg;
	intptr_t ret = 0;
	int i;

	for (i = 0; i < ROUNDS && !ret; i++) {
		ret = brg_p2p_register(&guest.vfio, bar, 0, BYTES);
		if (!ret)
			ret = drop(bar, PATIENCE_MS);
	}
	return (void *)ret;
}

/* The p2pmem folder comes with the first and goes with the last, many times. */
static void both_bars_come_and_go_at_once(void **state)
{
	static unsigned int bars[] = { BUSY, OTHER };
	pthread_t threads[2];
	void *ret[2];
	int i;

	(void)state;
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, come_and_go,
						&bars[i]),
				 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], &ret[i]), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal((intptr_t)ret[i], 0);
	assert_false(guest_has_pool(&guest));
}

#define BARS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	BARS_TEST(one_bar_comes_and_goes_below_io_in_the_other),
	BARS_TEST(io_in_one_bar_does_not_hold_the_other),
	BARS_TEST(memory_goes_back_to_the_bar_that_it_is_from),
	BARS_TEST(both_bars_come_and_go_at_once),
};

const struct guest_suite guest_bars = GUEST_SUITE(tests);
