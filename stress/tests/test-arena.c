// SPDX-License-Identifier: GPL-2.0-only
/* Where a mapping has failed, nothing else of the process comes to be. */
#include "../../tests/unit/test.h"

#include <sys/mman.h>

#include "../engine/engine.h"

#define NR_OTHERS 64
#define OTHER_BYTES (1u << 20)

static void a_hole_is_no_place_for_others(void **state)
{
	struct world world = {};
	char *others[NR_OTHERS];
	unsigned int inside = 0;
	struct slot *slot;

	assert_int_equal(world_init(&world), 0);
	slot = &world.slots[0];
	assert_int_equal(munmap(slot->addr, SLOT_BYTES), 0);
	for (int i = 0; i < NR_OTHERS; i++) {
		others[i] = mmap(NULL, OTHER_BYTES, PROT_NONE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert_true(others[i] != MAP_FAILED);
		inside += others[i] + OTHER_BYTES > slot->addr &&
			  others[i] < slot->addr + SLOT_BYTES;
	}
	for (int i = 0; i < NR_OTHERS; i++)
		munmap(others[i], OTHER_BYTES);
	assert_int_equal(inside, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hole_is_no_place_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
