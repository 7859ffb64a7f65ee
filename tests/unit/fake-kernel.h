/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fake-kernel - devices that are anonymous memory
 *
 * The linker puts these functions below the library in place of VFIO, P2P
 * registration and the binding of drivers (--wrap). They count what they are
 * asked for, and fail when told to.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "fake-sysfs.h"
#include "test.h"

#include <barrage/mem.h>

#define BDF "0000:01:00.0"
#define MIB (1ull << 20)

/* what there is now, and what calls shall end with */
struct fake_kernel {
	int nr_open;
	int nr_bound;
	int nr_registered;
	int nr_mapped;
	int nr_exported;
	uint64_t exported_at; /* the last one, in the BAR */
	uint64_t exported_bytes;
	bool exported_pages;
	int open_result;
	int register_result;
	int map_result;
	int export_result;
	int unregister_result;
	bool bound_when_closed;
	bool mapping_is_elsewhere;
};

extern struct fake_kernel fake;

/* fixtures: BDF has BAR0 of 4 KiB and BAR2 of 16 MiB; all is closed after */
int fake_kernel_setup(void **state);
int fake_kernel_teardown(void **state);

#define FAKE_KERNEL_TEST(test)                                                 \
	cmocka_unit_test_setup_teardown(test, fake_kernel_setup,               \
					fake_kernel_teardown)

/** fake_open - brg_mem_open() of BAR2 */
int fake_open(const char *kind, uint64_t size, struct brg_mem **memp);

#endif
