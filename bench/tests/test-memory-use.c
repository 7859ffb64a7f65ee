// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <errno.h>

#include "../memory-use.h"

static const char zoneinfo[] = "Node 0, zone    DMA32\n"
			       "  pages free     100\n"
			       "      nr_free_pages 100\n"
			       "      nr_free_pages_blocks 50\n"
			       "  pagesets\n"
			       "    cpu: 0\n"
			       "              count:    7\n"
			       "              high:     63\n"
			       "    cpu: 1\n"
			       "              count:    3\n"
			       "Node 0, zone   Normal\n"
			       "      nr_free_pages 200\n"
			       "    cpu: 0\n"
			       "              count:    1\n";

static void counters_are_bytes(void **state)
{
	struct memory_use use;

	assert_int_equal(memory_use_parse("nr_free_pages 9\n"
					  "nr_memmap_pages 5\n"
					  "nr_memmap_boot_pages 700\n",
					  zoneinfo, &use),
			 0);
	assert_near(use.memmap, 5 * 4096.0);
	assert_near(use.free, (100 + 200 + 7 + 3 + 1) * 4096.0);
}

/* a word that only begins like the one that is wanted is another one */
static void missing_counters_are_named(void **state)
{
	struct memory_use use = { .memmap = 7, .free = 8 };

	assert_int_equal(
		memory_use_parse("nr_memmap_pages_x 5\n", zoneinfo, &use),
		-EOPNOTSUPP);
	assert_int_equal(memory_use_parse("nr_memmap_pages\n", zoneinfo, &use),
			 -EOPNOTSUPP);
	assert_int_equal(memory_use_parse("nr_memmap_pages 5\n", "", &use),
			 -EOPNOTSUPP);
	assert_near(use.memmap, 7.0);
	assert_near(use.free, 8.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_are_bytes),
		cmocka_unit_test(missing_counters_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
