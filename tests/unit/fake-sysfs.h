/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fake-sysfs - a sysfs of plain files in a temporary folder
 *
 * The calls assert: a test that cannot build its stage must not go on.
 */
#ifndef FAKE_SYSFS_H
#define FAKE_SYSFS_H

#include <stddef.h>
#include <stdint.h>

#define FAKE_IO 0x00040101ull
#define FAKE_MEM32 0x00040200ull
#define FAKE_MEM64 0x0014220cull /* 64-bit, prefetchable */

/* cmocka fixtures: brg_sysfs_root() is the folder in between */
int fake_sysfs_setup(void **state);
int fake_sysfs_teardown(void **state);

/* an entry of cmocka's list, with a sysfs of its own */
#define FAKE_SYSFS_TEST(test)                                                  \
	cmocka_unit_test_setup_teardown(test, fake_sysfs_setup,                \
					fake_sysfs_teardown)

/** fake_path - absolute path of a part; valid until the next call but three */
const char *fake_path(const char *part);

void fake_dir(const char *part);
void fake_file(const char *part, const char *text);
void fake_link(const char *part, const char *target);
void fake_remove(const char *part);

/** fake_text - what a file holds; valid until the next call */
const char *fake_text(const char *part);

/** fake_device - a PCI device without BARs; @group of -1: in none */
void fake_device(const char *bdf, const char *id, const char *class_code,
		 int group);

/** fake_bar - set line @bar of its "resource"; a 64-bit one takes one more */
void fake_bar(const char *bdf, unsigned int bar, uint64_t start, uint64_t size,
	      uint64_t flags);

/** fake_driver - a PCI driver with bind and unbind */
void fake_driver(const char *name);

/** fake_bind - as if @driver had it; NULL: none */
void fake_bind(const char *bdf, const char *driver);

#endif
