// SPDX-License-Identifier: GPL-2.0-only
/*
 * Defects of mmap() of BARs in Linux 7.3. Each of these tests fails on the
 * kernel as it was released, by its own assertions.
 */
#include "guest.h"
#include "soft-dirty.h"
#include "vmas.h"

#include <sys/mman.h>

static void defect_write_after_clear_refs(void **state)
{
	const struct guest *guest = *state;
	struct brg_vfio_region region;
	const char *wrong;
	void *addr;

	assert_good(brg_vfio_region(&guest->vfio, guest->bar, &region));
	addr = vmas_map_aligned(guest->vfio.fd, 2 * MIB,
				(off_t)region.file_offset);
	wrong = soft_dirty_write(addr, false);
	munmap(addr, 2 * MIB);
	if (wrong)
		fail_msg("%s", wrong);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(defect_write_after_clear_refs),
};

const struct guest_suite guest_defects_mmap = GUEST_SUITE(tests);
