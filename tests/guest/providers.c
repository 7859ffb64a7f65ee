// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver in the kernel can do with its P2P memory, one BAR at a time:
 * add, freeze, wait, thaw, unmap, remove. No driver of the emulated machine
 * does that; barrage-actor does what it is told.
 */
#include "actor.h"
#include "fixture.h"
#include "guest.h"
#include "stuck.h"
#include "traffic.h"

#include <barrage/p2pmem.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#define BUSY 2
#define OTHER 4
#define BYTES (4 * MIB)
#define PATIENCE_MS 60000

static struct actor provider;

static int setup(void **state)
{
	fixture_begin(NULL);
	actor_bind(&provider, "DUAL");
	return 0;
}

static int teardown(void **state)
{
	traffic_abort();
	stuck_end();
	actor_unbind(&provider);
	return fixture_end();
}

static int add(unsigned int bar, uint64_t size, uint64_t offset)
{
	return actor_do(&provider, "add %u %#llx %#llx", bar,
			(unsigned long long)size, (unsigned long long)offset);
}

static int freeze(unsigned int bar)
{
	return actor_do(&provider, "freeze %u", bar);
}

static int idle(unsigned int bar, unsigned int ms)
{
	return actor_do(&provider, "idle %u %u", bar, ms);
}

static int discard(unsigned int bar, unsigned int ms)
{
	return actor_do(&provider, "remove %u %u", bar, ms);
}

static void *map(size_t len)
{
	void *addr;

	assert_good(brg_p2pmem_map(provider.bdf, len, &addr));
	return addr;
}

static int map_errno(size_t len)
{
	void *addr;
	int ret = brg_p2pmem_map(provider.bdf, len, &addr);

	if (!ret)
		munmap(addr, len);
	return ret;
}

static void a_range_that_wraps_around_is_refused(void **state)
{
	(void)state;
	assert_errno(add(BUSY, -2 * MIB, 4 * MIB), EINVAL);
	assert_errno(add(BUSY, -4 * MIB, 4 * MIB), EINVAL);
	assert_errno(add(BUSY, -2 * MIB, 0), EINVAL);
	assert_errno(add(BUSY, 2 * MIB, -2 * MIB), EINVAL);
}

static void what_is_not_there_cannot_be_frozen(void **state)
{
	(void)state;
	assert_errno(freeze(BUSY), ENOENT);
	assert_errno(idle(BUSY, 0), ENOENT);
	assert_errno(discard(BUSY, 0), ENOENT);
	assert_good(add(BUSY, BYTES, 0));
	assert_errno(freeze(OTHER), ENOENT);
	assert_errno(idle(BUSY, 0), EAGAIN);
}

static void one_bar_is_frozen_below_io_in_the_other(void **state)
{
	void *busy, *page;

	(void)state;
	assert_good(add(BUSY, BYTES, 0));
	assert_good(add(OTHER, BYTES, 0));
	busy = map(BYTES);
	traffic_start(busy);
	page = map(PAGE);
	assert_good(freeze(OTHER));
	assert_good(idle(OTHER, PATIENCE_MS));
	assert_int_equal(guest_touch(page, false), SIGBUS);
	munmap(page, PAGE);
	assert_errno(map_errno(PAGE), ENOMEM);
	traffic_expect();
	assert_good(actor_do(&provider, "thaw %u", OTHER));
	assert_good(map_errno(PAGE));
	page = map(PAGE);
	assert_good(actor_do(&provider, "zap %u", OTHER));
	assert_int_equal(guest_touch(page, false), SIGBUS);
	munmap(page, PAGE);
	assert_good(discard(OTHER, PATIENCE_MS));
	assert_errno(map_errno(PAGE), ENOMEM);
	traffic_expect();
	assert_good(add(OTHER, BYTES, 0));
	assert_good(map_errno(BYTES));
	traffic_end();
	assert_int_equal(guest_touch(busy, true), 0);
	munmap(busy, BYTES);
}

static void removal_waits_for_its_own_bar_only(void **state)
{
	void *page;

	(void)state;
	assert_good(add(BUSY, BYTES, 0));
	assert_good(add(OTHER, BYTES, 0));
	page = map(PAGE);
	stuck_start(page);
	assert_good(discard(OTHER, PATIENCE_MS));
	assert_errno(discard(BUSY, 300), ETIMEDOUT);
	/* that leaves it frozen */
	assert_errno(map_errno(PAGE), EAGAIN);
	assert_int_equal(stuck_end(), 2 * PAGE);
	munmap(page, PAGE);
	assert_good(discard(BUSY, PATIENCE_MS));
	assert_errno(map_errno(PAGE), ENOENT);
	assert_good(add(BUSY, BYTES, 0));
	assert_good(map_errno(BYTES));
}

/* One BAR may have been added in parts, also while a part was frozen. */
static void a_bar_is_frozen_when_all_its_parts_are(void **state)
{
	(void)state;
	assert_good(add(BUSY, 2 * MIB, 0));
	assert_good(freeze(BUSY));
	assert_good(idle(BUSY, 0));
	assert_good(add(BUSY, 2 * MIB, 2 * MIB));
	assert_errno(idle(BUSY, 0), EAGAIN);
	assert_good(freeze(BUSY));
	assert_good(idle(BUSY, 0));
	assert_errno(map_errno(PAGE), EAGAIN);
	assert_good(discard(BUSY, 0));
	assert_errno(map_errno(PAGE), ENOENT);
}

#define PROVIDER_TEST(test)                                                    \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	PROVIDER_TEST(a_range_that_wraps_around_is_refused),
	PROVIDER_TEST(what_is_not_there_cannot_be_frozen),
	PROVIDER_TEST(one_bar_is_frozen_below_io_in_the_other),
	PROVIDER_TEST(removal_waits_for_its_own_bar_only),
	PROVIDER_TEST(a_bar_is_frozen_when_all_its_parts_are),
};

const struct guest_suite guest_providers = GUEST_SUITE(tests);
