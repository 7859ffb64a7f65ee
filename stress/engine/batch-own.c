// SPDX-License-Identifier: GPL-2.0-only
#include "batch-own.h"

/* of the actor's own blocks, between two pieces, which have two at most */
#define STRIDE 3

_Static_assert(BATCH_MAX *STRIDE <= OWN_NR_BLOCKS,
	       "each piece has blocks of its own");

int batch_own_fill(struct actor *actor, const struct own *own,
		   struct batch *batch)
{
	int ret = 0;

	for (unsigned int i = 0; i < batch->nr && !ret; i++) {
		struct piece *piece = &batch->pieces[i];
		int64_t block = (int64_t)i * STRIDE;

		piece->offset = own_offset(actor, block);
		ret = own_fill(actor, own, piece->addr, BATCH_PAGE, block);
		if (!ret && piece->more)
			ret = own_fill(actor, own, piece->more, BATCH_PAGE,
				       block + 1);
	}
	return ret;
}

void batch_own_judge(struct actor *actor, const struct own *own,
		     const struct batch *batch)
{
	if (!own_read(actor, own, (int64_t)batch->nr * STRIDE))
		return;
	for (unsigned int i = 0; i < batch->nr; i++) {
		const struct piece *piece = &batch->pieces[i];

		if (piece->done == batch_length(piece) * BATCH_PAGE)
			own_judge(actor, own, (int64_t)i * STRIDE,
				  batch_length(piece));
	}
}
