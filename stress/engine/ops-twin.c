// SPDX-License-Identifier: GPL-2.0-only
/*
 * P2P memory of the other function on the bus, which is reset together with the
 * device: a hot reset of either has to see both.
 */
#include "engine.h"
#include "needs.h"
#include "neighbour.h"
#include "ops.h"

#include <signal.h>

static int do_twin_register(struct actor *actor, const int64_t *arg)
{
	return neighbour_register(actor, &actor->world->twin, (uint32_t)arg[0]);
}

OP(twin_register) = {
	.name = "twin-register",
	.summary = "make the first 2 MiB of the other function P2P memory",
	.source = "ops-twin.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_TWIN,
	.args = { { "timeout of resets, ms", 20000, 20000 } },
	.run = do_twin_register,
	.bound_ms = NEIGHBOUR_BOUND_MS,
	.may = NEIGHBOUR_REGISTER_MAY,
};

static int do_twin_unregister(struct actor *actor, const int64_t *arg)
{
	return neighbour_unregister(&actor->world->twin);
}

OP(twin_unregister) = {
	.name = "twin-unregister",
	.summary = "undo that",
	.source = "ops-twin.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_TWIN,
	.run = do_twin_unregister,
	.bound_ms = NEIGHBOUR_BOUND_MS,
	.may = NEIGHBOUR_UNREGISTER_MAY,
};

static int do_twin_use(struct actor *actor, const int64_t *arg)
{
	return neighbour_use(actor, &actor->world->twin, arg[0], arg[1],
			     arg[2]);
}

OP(twin_use) = {
	.name = "twin-use",
	.summary =
		"map P2P memory of the other function, read a disk into it, compare, unmap",
	.source = "ops-twin.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_TWIN | NEED_DISK,
	.args = { { "pages", 1, 16 },
		  { "block of the disk", 0, 991 },
		  { "slow disk", 0, 0 } },
	.run = do_twin_use,
	.may = NEIGHBOUR_USE_MAY,
};
