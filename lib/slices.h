/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* slices - which parts of a range are taken: first fit, sorted by offset */
#ifndef BRG_SLICES_H
#define BRG_SLICES_H

#include <stdint.h>

struct brg_slice;

/** struct brg_slices - zeroed with @length set, it is a free range */
struct brg_slices {
	uint64_t length;
	struct brg_slice *first;
};

/**
 * brg_slices_take - take the first gap that is large enough
 * @slices: range
 * @length: wanted, not 0
 * @offset: receives where
 *
 * Return: 0; -ENOMEM where there is no such gap, or no memory.
 */
int brg_slices_take(struct brg_slices *slices, uint64_t length,
		    uint64_t *offset);

/**
 * brg_slices_give - give a part back
 * @slices: range
 * @offset: from brg_slices_take(); an unknown one is ignored
 */
void brg_slices_give(struct brg_slices *slices, uint64_t offset);

/** brg_slices_largest - the largest gap */
uint64_t brg_slices_largest(const struct brg_slices *slices);

/** brg_slices_clear - give all back */
void brg_slices_clear(struct brg_slices *slices);

#endif
