/* SPDX-License-Identifier: GPL-2.0-only */
/* ledger-slabs - the part of the ledger that counts objects of slab caches */
#ifndef STRESS_LEDGER_SLABS_H
#define STRESS_LEDGER_SLABS_H

#include "ledger.h"

/** ledger_read_slabs - count the objects of each cache; none without SLUB_DEBUG */
void ledger_read_slabs(const struct ledger_source *source,
		       struct ledger *ledger);

/** ledger_shrink_slab - have a cache give back what is free, and count what is left */
int64_t ledger_shrink_slab(const struct ledger_source *source,
			   const char *cache);

/** ledger_leak_of_slabs - as ledger_leak(), of the caches alone */
bool ledger_leak_of_slabs(const struct ledger_source *source,
			  const struct ledger *before, struct ledger *after,
			  uint64_t nr_races, char *text, size_t size);

#endif
