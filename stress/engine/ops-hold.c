// SPDX-License-Identifier: GPL-2.0-only
/* A mapping that stays until it is taken away */
#include "engine.h"
#include "ops.h"
#include "sight.h"

#include <errno.h>
#include <signal.h>

#define POLL_US 1000
#define ALONE_POLLS 100

/* Is anybody at work who does not hold a mapping as well? */
static bool others_work(struct shared *shared)
{
	int busy = -atomic_load(&shared->nr_holding);

	for (unsigned int i = 0; i < ENGINE_MAX_ACTORS; i++)
		busy += atomic_load(&shared->log[i].at) &&
			!atomic_load(&shared->log[i].ended);
	return busy > 0;
}

static int hold(struct actor *actor, struct slot *slot, uint64_t limit_ms)
{
	uint64_t end_ns = engine_now_ns() + limit_ms * 1000000;
	struct sight sight;
	unsigned int alone = 0;
	int ret = 0;

	while (!ret && alone < ALONE_POLLS && engine_now_ns() < end_ns) {
		engine_pause_us(POLL_US);
		sight_take(actor->world, slot, &sight);
		ret = touch(slot->addr, false);
		if (!ret)
			sight_judge(actor->world, slot, &sight);
		alone = others_work(actor->world->shared) ? 0 : alone + 1;
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
