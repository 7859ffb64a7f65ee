/* SPDX-License-Identifier: GPL-2.0-only */
/* sight - may memory be reached? What was promised before, compared with after */
#ifndef STRESS_SIGHT_H
#define STRESS_SIGHT_H

#include "engine.h"

/**
 * struct sight - what was known before an access
 * @mapping: number of the mapping
 * @epoch: number of the last reset that had ended
 * @off: the promise that memory is off, 0 for none
 * @registered: the promise that the BAR is P2P memory
 * @gone: the dma-buf of the mapping is gone for good
 */
struct sight {
	uint32_t mapping;
	uint32_t epoch;
	uint32_t off;
	uint32_t registered;
	bool gone;
};

/** sight_take - look, before an access to a slot's mapping */
void sight_take(struct world *world, const struct slot *slot,
		struct sight *sight);

/**
 * sight_judge - an access has succeeded: engine_wrong() where it must not have
 * @sight: of sight_take() before that access
 *
 * A mapping that was made or changed meanwhile is not judged.
 */
void sight_judge(struct world *world, const struct slot *slot,
		 const struct sight *sight);

#endif
