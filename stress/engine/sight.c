// SPDX-License-Identifier: GPL-2.0-only
#include "sight.h"

void sight_take(struct world *world, const struct slot *slot,
		struct sight *sight)
{
	struct shared *shared = world->shared;

	*sight = (struct sight){
		.mapping = slot->mapping,
		.epoch = atomic_load(&shared->epoch),
		.off = promise_kept(&shared->off),
		.registered = promise_kept(&shared->registered),
		.gone = slot->kind == SLOT_DMABUF &&
			lent_is_gone(&shared->lent, slot->map_number),
	};
}

/* what an access to such a mapping went against; NULL: nothing */
static const char *breach(struct shared *shared, const struct slot *slot,
			  const struct sight *sight)
{
	if (slot->kind == SLOT_P2P && slot->epoch < sight->epoch)
		return "a mapping of P2P memory survived what ends it";
	if (promise_holds(&shared->off, sight->off))
		return "memory could be reached while it is off";
	if (slot->kind == SLOT_BAR &&
	    promise_holds(&shared->registered, sight->registered))
		return "a mapping of the BAR works while that is registered";
	if (sight->gone)
		return "a mapping of a dma-buf that is gone for good works";
	return NULL;
}

void sight_judge(struct world *world, const struct slot *slot,
		 const struct sight *sight)
{
	const char *what;

	if (slot->kind == SLOT_EMPTY || slot->kind == SLOT_HOST)
		return;
	what = breach(world->shared, slot, sight);
	/* last: until here it is the mapping that it was */
	if (what && slot->mapping == sight->mapping)
		engine_wrong(world, ORACLE_MAPPING, "%s", what);
}
