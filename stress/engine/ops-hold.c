// SPDX-License-Identifier: GPL-2.0-only
/* A mapping that stays until it is taken away */
#include "cmb.h"
#include "engine.h"
#include "ops.h"
#include "sight.h"

#include <errno.h>
#include <signal.h>

#define POLL_US 1000
#define ALONE_POLLS 100
#define LATE_NS 10000000000ull

/*
 * A driver that goes takes away mappings of its memory, too. From when no more is
 * to be had, one that was made before is to be gone soon, and nothing else is
 * needed for that: whoever takes the driver away waits for it.
 */
static bool is_late(const struct world *world, const struct slot *slot,
		    uint64_t *gone_ns)
{
	if (!world->device.cmb || slot->kind != SLOT_P2P)
		return false;
	if (cmb_is_published(world->device.bdf))
		*gone_ns = 0;
	else if (!*gone_ns)
		*gone_ns = engine_now_ns();
	return *gone_ns && engine_now_ns() - *gone_ns > LATE_NS;
}

static int hold(struct actor *actor, struct slot *slot, uint64_t limit_ms)
{
	uint64_t end_ns = engine_now_ns() + limit_ms * 1000000;
	struct sight sight;
	unsigned int alone = 0;
	uint64_t gone_ns = 0;
	int ret = 0;

	while (!ret && alone < ALONE_POLLS && engine_now_ns() < end_ns) {
		engine_pause_us(POLL_US);
		sight_take(actor->world, slot, &sight);
		ret = touch(slot->addr, false);
		if (!ret)
			sight_judge(actor->world, slot, &sight);
		if (!ret && is_late(actor->world, slot, &gone_ns)) {
			engine_wrong(
				actor->world, ORACLE_MAPPING,
				"the driver goes, and waits for a mapping of its memory that it does not take away");
			break;
		}
		alone = engine_others_work(actor->world->shared) ? 0 :
								   alone + 1;
	}
	return ret;
}

static int do_hold(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int ret;

	if (slot->kind == SLOT_EMPTY)
		return DONE_NOTHING;
	atomic_fetch_add(&actor->world->shared->nr_holding, 1);
	ret = hold(actor, slot, (uint64_t)arg[1]);
	atomic_fetch_sub(&actor->world->shared->nr_holding, 1);
	return ret;
}

OP(hold) = {
	.name = "hold",
	.summary =
		"leave a mapping where it is until it is a SIGBUS, or nobody does anything",
	.source = "ops-hold.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 }, { "at most, ms", 1, 100 } },
	.run = do_hold,
	.may = MAY(DONE_SIGNAL(SIGBUS), DONE_SIGNAL(SIGSEGV)),
};
