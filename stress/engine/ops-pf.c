// SPDX-License-Identifier: GPL-2.0-only
/*
 * The physical function (PF) of a VF: to reset it resets the VF as well, which must not
 * happen while P2P memory of that is registered. To open and to close it resets it, too.
 *
 * One thread does what follows: it has the PF's file, and may close it. What its own
 * memory is about is for others, too: they do it by sysfs.
 */
#include "bound.h"
#include "engine.h"
#include "needs.h"
#include "neighbour.h"
#include "opening.h"
#include "ops.h"
#include "pf.h"
#include "power.h"

#include <errno.h>
#include <signal.h>

#define RESET_MS 10000

/* @kept: of the VF's registration before it; promise_kept() */
static void judge(struct world *world, uint32_t kept, const char *what)
{
	if (promise_holds(&world->shared->registered, kept))
		engine_wrong(
			world, ORACLE_MODEL,
			"%s of a PF was done, and P2P memory of its VF is registered",
			what);
}

/*
 * What is not P2P memory the kernel does not keep from being reset: no data of it are
 * as they were.
 */
static int reset(struct world *world, enum power_path path)
{
	struct shared *shared = world->shared;
	uint32_t kept = promise_kept(&shared->registered);
	uint32_t shaken = kept ? 0 : promise_begin(&shared->shaken);
	uint64_t begin_ns = engine_now_ns();
	int ret;

	power_will_end(shared);
	ret = power_do(&world->pf, path);
	bound_note(world, power_name(path), begin_ns, RESET_MS, 0);
	if (!kept)
		promise_end(&shared->shaken, shaken, false);
	if (!ret)
		judge(world, kept, power_name(path));
	return ret;
}

static int do_pf_reset(struct actor *actor, const int64_t *arg)
{
	struct world *world = actor->world;
	int ret;

	if (world->pf.vfio < 0 || !(world->pf.paths & 1u << arg[0]))
		return DONE_NOTHING;
	pf_lock();
	ret = reset(world, (enum power_path)arg[0]);
	pf_unlock();
	return ret;
}

OP(pf_reset) = {
	.name = "pf-reset",
	.summary = "reset the PF: refused while memory of its VF is registered",
	.source = "ops-pf.c",
	.needs = NEED_VFIO | NEED_PF,
	.args = { { "path", POWER_RESET, POWER_RESET } },
	.run = do_pf_reset,
	.may = RESET_MAY,
};

/* EBUSY: memory of the VF is registered, or I/O has some of the PF's from before */
static int open_again(struct world *world)
{
	uint64_t begin_ns = engine_now_ns();
	uint32_t kept = promise_kept(&world->shared->registered);
	char why[ENGINE_TEXT_BYTES];
	int ret;

	while ((ret = device_join(&world->pf, why)) && ret != -EBUSY &&
	       opening_await(world, begin_ns, "the PF", why))
		kept = promise_kept(&world->shared->registered);
	if (!ret)
		judge(world, kept, "an opening");
	return ret;
}

static void leave(struct world *world)
{
	uint64_t begin_ns = engine_now_ns();

	power_will_end(world->shared);
	device_leave(&world->pf);
	bound_note(world, "close", begin_ns, RESET_MS, RESET_MS);
}

static int do_pf_reopen(struct actor *actor, const int64_t *arg)
{
	struct world *world = actor->world;
	int ret;

	if (world->pf.iommufd < 0)
		return DONE_NOTHING;
	pf_lock();
	if (world->pf.vfio >= 0) {
		leave(world);
		engine_pause_us((uint32_t)arg[0]);
	}
	ret = open_again(world);
	pf_unlock();
	return ret;
}

OP(pf_reopen) = {
	.name = "pf-reopen",
	.summary =
		"close the PF and open it again, which is refused likewise: it stays closed then",
	.source = "ops-pf.c",
	.needs = NEED_VFIO | NEED_PF,
	.args = { { "time closed, us", 0, 5000 } },
	.run = do_pf_reopen,
	.may = MAY(-EBUSY),
};

static int do_pf_register(struct actor *actor, const int64_t *arg)
{
	return neighbour_register(actor, &actor->world->pf, (uint32_t)arg[0]);
}

OP(pf_register) = {
	.name = "pf-register",
	.summary = "make the first 2 MiB of the PF P2P memory",
	.source = "ops-pf.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_PF,
	.args = { { "timeout of resets, ms", 20000, 20000 } },
	.run = do_pf_register,
	.bound_ms = NEIGHBOUR_BOUND_MS,
	.may = NEIGHBOUR_REGISTER_MAY,
};

static int do_pf_unregister(struct actor *actor, const int64_t *arg)
{
	return neighbour_unregister(&actor->world->pf);
}

OP(pf_unregister) = {
	.name = "pf-unregister",
	.summary = "undo that",
	.source = "ops-pf.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_PF,
	.run = do_pf_unregister,
	.bound_ms = NEIGHBOUR_BOUND_MS,
	.may = NEIGHBOUR_UNREGISTER_MAY,
};

static int do_pf_use(struct actor *actor, const int64_t *arg)
{
	return neighbour_use(actor, &actor->world->pf, arg[0], arg[1], arg[2]);
}

OP(pf_use) = {
	.name = "pf-use",
	.summary =
		"map P2P memory of the PF, read a disk into it, compare, unmap",
	.source = "ops-pf.c",
	.needs = NEED_VFIO | NEED_P2P | NEED_PF | NEED_DISK,
	.args = { { "pages", 1, 16 },
		  { "block of the disk", 0, 991 },
		  { "slow disk", 0, 0 } },
	.run = do_pf_use,
	.may = NEIGHBOUR_USE_MAY,
};
