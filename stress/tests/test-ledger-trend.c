// SPDX-License-Identifier: GPL-2.0-only
/* What leaks slowly is told from what only comes and goes, by numbers that are made up. */
#include "../../tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ledger-trend.h"

#define CACHE "kmalloc-64"
#define SLACK 600

static char root[] = "/tmp/barrage-trend-XXXXXX";
static const struct ledger_source source = { .root = root };

/* by a seed: -100 to 100 */
static int64_t noise(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return (int64_t)(*seed >> 16) % 201 - 100;
}

/* over what stood there: to make it anew may wait for a disk, each time */
static int objects_fd;

static void write_objects(int64_t objects)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%20lld\n", (long long)objects);

	assert_int_equal(pwrite(objects_fd, text, (size_t)len, 0), len);
}

/* what a slice leaves, of all that is left */
struct numbers {
	int64_t (*left)(unsigned int slice);
	int64_t free; /* of those, what is given back when it is asked for */
	enum ledger_entry entry; /* LEDGER_NR: a cache */
};

static char said[256];

/* after how many slices it is seen, of @nr; 0: never */
static unsigned int seen_after(const struct numbers *numbers,
			       unsigned int nr_devices, unsigned int nr,
			       uint32_t seed)
{
	struct ledger_trend *trend = ledger_trend_open(nr_devices);
	bool seen = false;
	unsigned int i;

	assert_non_null(trend);
	for (i = 0; i < nr && !seen; i++) {
		int64_t value = 5000 + numbers->left(i) + noise(&seed);
		struct ledger ledger = { .of = { -1, -1, -1, -1, -1 } };

		if (numbers->entry == LEDGER_NR) {
			ledger.nr_caches = 1;
			strcpy(ledger.caches[0].name, CACHE);
			ledger.caches[0].objects = value;
			write_objects(value - numbers->free);
		} else {
			ledger.of[numbers->entry] = value;
		}
		seen = ledger_trend_add(trend, &source, &ledger, said,
					sizeof(said));
	}
	ledger_trend_close(trend);
	return seen ? i : 0;
}

static int64_t six_each(unsigned int slice)
{
	return 6 * slice;
}

static int64_t many_each(unsigned int slice)
{
	return 100 * slice;
}

static int64_t nothing(unsigned int slice)
{
	return 0;
}

/* quickly at first, then ever more slowly: full after some time */
static int64_t fills(unsigned int slice)
{
	return 4000 * (int64_t)slice / (slice + 15);
}

static int64_t fills_at_once(unsigned int slice)
{
	return 20000 * (int64_t)slice / (slice + 2);
}

static int64_t fills_slowly(unsigned int slice)
{
	return 1500 * (int64_t)slice / (slice + 100);
}

static int64_t once(unsigned int slice)
{
	return slice < 20 ? 0 : 3000;
}

static int64_t twice(unsigned int slice)
{
	return slice < 20 ? 0 : slice < 70 ? 900 : 1800;
}

/* an hour of it, in waves of a quarter of an hour */
static int64_t breathes(unsigned int slice)
{
	int64_t at = slice % 60;

	return 40 * (at < 30 ? at : 60 - at);
}

static void what_comes_and_goes_is_no_leak(void **state)
{
	static int64_t (*const all[])(unsigned int slice) = {
		nothing, fills, fills_at_once, fills_slowly,
		once,	 twice, breathes,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (uint32_t seed = 0; seed < 100; seed++) {
			struct numbers numbers = { all[i], 0, LEDGER_NR };

			if (seen_after(&numbers, 1 + seed % 4, 360, seed))
				fail_msg("numbers %zu, seed %u: %s", i, seed,
					 said);
		}
}

static void what_goes_on_is(void **state)
{
	static const struct numbers slow = { six_each, 0, LEDGER_NR };
	static const struct numbers fast = { many_each, 0, LEDGER_NR };

	for (uint32_t seed = 0; seed < 100; seed++) {
		/* slices of ten seconds: within the hour */
		assert_in_range(seen_after(&slow, 1, 360, seed), 200, 300);
		assert_in_range(seen_after(&fast, 1, 360, seed), 31, 44);
		/* each device has two slices that do not count */
		assert_in_range(seen_after(&fast, 4, 360, seed), 37, 50);
	}
	assert_contains(said, " objects of " CACHE " are left, ");
	assert_contains(said, "in each quarter of ");
}

/* as of KASAN, which keeps what is free until it has no room any more */
static void what_can_be_had_back_is_no_leak(void **state)
{
	static const struct numbers numbers = { many_each, 1u << 20,
						LEDGER_NR };

	assert_int_equal(seen_after(&numbers, 1, 360, 1), 0);
}

static void page_tables_have_a_slack_of_their_own(void **state)
{
	static const struct numbers leak = { many_each, 0, LEDGER_IOMMU };
	static const struct numbers full = { fills, 0, LEDGER_IOMMU };
	/* what must not be left at all is seen after its slice */
	static const struct numbers strict = { many_each, 0, LEDGER_DMABUFS };

	assert_in_range(seen_after(&leak, 1, 360, 1), 31, 36);
	assert_contains(said, "page tables of IOMMUs");
	assert_int_equal(seen_after(&full, 1, 360, 1), 0);
	assert_int_equal(seen_after(&strict, 1, 360, 1), 0);
}

static int make_kernel(void **state)
{
	char command[128];

	if (!mkdtemp(root))
		return -1;
	snprintf(command, sizeof(command), "mkdir -p %s/sys/kernel/slab/" CACHE,
		 root);
	if (system(command))
		return -1;
	snprintf(command, sizeof(command),
		 "%s/sys/kernel/slab/" CACHE "/objects", root);
	objects_fd = open(command, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return objects_fd < 0;
}

static int remove_kernel(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_and_goes_is_no_leak),
		cmocka_unit_test(what_goes_on_is),
		cmocka_unit_test(what_can_be_had_back_is_no_leak),
		cmocka_unit_test(page_tables_have_a_slack_of_their_own),
	};

	return cmocka_run_group_tests(tests, make_kernel, remove_kernel);
}
