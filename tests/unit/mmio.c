// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <barrage/mmio.h>

#define ROOM 64

static uint8_t pattern[ROOM];

static int setup(void **state)
{
	unsigned int i;

	for (i = 0; i < ROOM; i++)
		pattern[i] = (uint8_t)(i * 7 + 1);
	return 0;
}

/* every alignment of both sides with every length: exact, and nothing more */
static void stores_and_loads_are_exact_for_all_alignments(void **state)
{
	_Alignas(8) uint8_t dev[ROOM + 16], back[ROOM + 16];
	size_t dev_off, host_off, len;

	for (dev_off = 0; dev_off < 8; dev_off++)
		for (host_off = 0; host_off < 8; host_off++)
			for (len = 0; len + 8 <= ROOM; len++) {
				memset(dev, 0xee, sizeof(dev));
				memset(back, 0xdd, sizeof(back));
				brg_mmio_store(dev + dev_off,
					       pattern + host_off, len);
				brg_mmio_load(back + host_off, dev + dev_off,
					      len);
				assert_memory_equal(dev + dev_off,
						    pattern + host_off, len);
				assert_memory_equal(back + host_off,
						    pattern + host_off, len);
				assert_int_equal(dev[dev_off + len], 0xee);
				assert_int_equal(back[host_off + len], 0xdd);
				if (dev_off)
					assert_int_equal(dev[dev_off - 1],
							 0xee);
				if (host_off)
					assert_int_equal(back[host_off - 1],
							 0xdd);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			stores_and_loads_are_exact_for_all_alignments, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
