/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kinds-dmabuf - what the tests of the kinds of memory share that are dma-bufs
 *
 * A test that fails leaves it to the fixture to close what it had open.
 */
#ifndef KINDS_DMABUF_H
#define KINDS_DMABUF_H

#include "guest.h"

#include <barrage/mem.h>

/* of each allocation */
#define KINDS_LEN (256 * 1024)

/** kinds_open - allocate, in one of two slots */
struct brg_mem *kinds_open(size_t slot, const char *kind);

/** kinds_close - before the fixture does */
void kinds_close(size_t slot);

/** kinds_expect_proof - all of it is proved to be this */
void kinds_expect_proof(const struct brg_mem *mem, enum brg_verdict verdict);

int kinds_setup(void **state);
int kinds_teardown(void **state);

#define KINDS_TEST(test)                                                       \
	cmocka_unit_test_setup_teardown(test, kinds_setup, kinds_teardown)

#endif
