// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: none, as in model.c. The resets are of all kinds, and I/O keeps a page from who
 * unregisters or resets meanwhile.
 *
 * Oracle: the model of a BAR (model/model.c), which knows each errno, each signal and
 * each byte. A registration that drains is looked at by the operation that has it wait.
 *
 * Provenance: what the interfaces of the series document of a reset: who has to give
 * way, who comes back, and what is undone where it cannot be.
 */
#include "../stress.h"

#include "../model/model.h"

/*
 * How long a reset waits for who has a page, which costs that much time. Where nobody
 * has one it has to suffice for the pages of who has just gone.
 */
#define RESET_MS 1000

/* few, so that what is mapped is used, also when something has happened to it */
#define SLOT BETWEEN(0, 1)

static const struct stress_step steps[] = {
	OFTEN(8, register, BETWEEN(0, 1), BETWEEN(1, 2), ONLY(RESET_MS)),
	OFTEN(5, unregister),
	OFTEN(4, query),
	STEP(read_pool),
	OFTEN(5, p2p_map, SLOT),
	OFTEN(4, bar_map, SLOT, ONLY(0)),
	STEP(bar_map, SLOT),
	OFTEN(4, export, SLOT, ANY, ANY, ONLY(0)),
	OFTEN(4, dmabuf_map, SLOT, SLOT),
	OFTEN(4, dmabuf_close, SLOT),
	OFTEN(2, dmabuf_revoke, SLOT),
	STEP(unmap, SLOT),
	OFTEN(4, reset, BETWEEN(POWER_RESET, POWER_AF_FLR), ONLY(0)),
	STEP(reset, ONLY(POWER_D3HOT), ONLY(0)),
	STEP(unregister_pinned, SLOT, ANY, ONLY(20000), ONLY(0)),
	STEP(unregister_pinned, SLOT, ANY, BETWEEN(50, 200), ONLY(1)),
	STEP(reset_pinned, SLOT, ANY, BETWEEN(POWER_RESET, POWER_HOT_RESET)),
	STEP(power_off, ONLY(POWER_MEMORY)),
	OFTEN(4, power_on, ONLY(POWER_MEMORY)),
	STEP(power_off, ONLY(POWER_LOW)),
	OFTEN(4, power_on, ONLY(POWER_LOW)),
	/* few pages, for the same reason */
	OFTEN(14, poke, SLOT, BETWEEN(0, 2)),
	OFTEN(18, peek, SLOT, BETWEEN(0, 2)),
	{},
};

SCENARIO(model_resets) = {
	.name = "model-resets",
	.summary = "a BAR is what its model is, whatever resets it",
	.hazards = { 19, 28, 36 },
	.needs = NEED_RESET | NEED_P2P | NEED_DMABUF_MMAP | NEED_8_MIB,
	.actors = {
		{ .name = "user", .steps = steps, .min = 2, .max = 4,
		  .min_calls = 16, .max_calls = 60, .process = true },
	},
	.ordered = true,
	.check = model_check,
	/* not all devices have all resets */
	.each_provider = true,
	.pace = STRESS_SLOW,
};
