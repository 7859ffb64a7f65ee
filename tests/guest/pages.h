/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pages - what the tests of page-backed dma-bufs share
 *
 * One dma-buf and one mapping of the device at a time are looked after: what a
 * failing test leaves open, the fixture closes.
 */
#ifndef PAGES_H
#define PAGES_H

#include "guest.h"

/* what most tests export: far enough in to notice an offset that is lost */
#define PAGES_OFFSET (4 * MIB)
#define PAGES_LEN (2 * MIB)

/** pages_get - the ioctl as it is; a file descriptor, or -errno */
int pages_get(const struct guest *guest, uint32_t flags, uint32_t nr,
	      const struct vfio_region_dma_range *ranges);

/** pages_get_range - the same with one range and the right flag */
int pages_get_range(const struct guest *guest, uint64_t offset,
		    uint64_t length);

/** pages_export - a dma-buf of PAGES_LEN at PAGES_OFFSET that has pages */
int pages_export(const struct guest *guest);

/** pages_revoke - the dma-buf of pages_export(), for good; 0 or -errno */
int pages_revoke(const struct guest *guest);

/** pages_await_export - until the memory can have pages again */
void pages_await_export(const struct guest *guest);

/** pages_close - the dma-buf of pages_export(), if it is still open */
void pages_close(void);

/** pages_map - map just this memory through the device */
uint8_t *pages_map(const struct guest *guest);

/** pages_map_at - the same for any part of the BAR */
uint8_t *pages_map_at(const struct guest *guest, uint64_t offset, size_t len);

/** pages_unmap - if it is mapped */
void pages_unmap(void);

/** pages_begin - export, then map */
uint8_t *pages_begin(const struct guest *guest);

/** pages_disk - the scratch disk, for direct I/O; the fixture closes it */
int pages_disk(void);

/** pages_close_disk - if it is open */
void pages_close_disk(void);

/** pages_read - direct I/O from the disk; 0 or -errno */
int pages_read(void *buf, size_t len);

/** pages_expect_direct - does direct I/O work there, or is it refused? */
void pages_expect_direct(void *buf, bool works);

int pages_setup(void **state);

#define PAGES_TEST(test)                                                       \
	cmocka_unit_test_setup_teardown(test, pages_setup, guest_teardown)

#endif
