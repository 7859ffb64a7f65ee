// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: none. Several processes do things to one BAR, one after the other, in an
 * order that is drawn: registration, its state, exports, mappings of all kinds, resets,
 * memory off and on, low power, revocation, and single bytes written and read through
 * whatever is mapped. model-resets.c has more of resets, and less of all this.
 *
 * Oracle: the model of a BAR (model/model.c), which knows each errno, each signal
 * and each byte.
 *
 * Provenance: what the interfaces of the series document; each hazard that leaves
 * a wrong state behind shows here, without its race.
 */
#include "../stress.h"

#include "../model/model.h"

static const struct stress_step steps[] = {
	OFTEN(8, register, BETWEEN(0, 1), BETWEEN(1, 2)),
	OFTEN(4, unregister),
	OFTEN(3, query),
	STEP(read_pool),
	OFTEN(4, p2p_map),
	OFTEN(4, bar_map, ANY, ONLY(0)),
	STEP(bar_map),
	OFTEN(3, export, ANY, ANY, ANY, ONLY(0)),
	OFTEN(4, dmabuf_map),
	OFTEN(4, dmabuf_close),
	STEP(dmabuf_revoke),
	OFTEN(2, unmap),
	OFTEN(2, reset, ONLY(POWER_RESET), ONLY(0)),
	STEP(power_off, ONLY(POWER_MEMORY)),
	OFTEN(3, power_on, ONLY(POWER_MEMORY)),
	STEP(power_off, ONLY(POWER_LOW)),
	OFTEN(3, power_on, ONLY(POWER_LOW)),
	/* few pages, so that they are used again when something has happened */
	OFTEN(12, poke, ANY, BETWEEN(0, 2)),
	OFTEN(12, peek, ANY, BETWEEN(0, 2)),
	{},
};

SCENARIO(model) = {
	.name = "model",
	.summary = "a BAR is what its model is, operation by operation",
	.hazards = { 18, 22, 28 },
	.needs = NEED_RESET | NEED_P2P | NEED_DMABUF_MMAP | NEED_8_MIB,
	.actors = {
		{ .name = "user", .steps = steps, .min = 2, .max = 4,
		  .min_calls = 16, .max_calls = 60, .process = true },
	},
	.ordered = true,
	.check = model_check,
	.pace = STRESS_SLOW,
};
