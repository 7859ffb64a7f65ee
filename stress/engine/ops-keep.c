// SPDX-License-Identifier: GPL-2.0-only
/* Does memory that can be reached keep what is written to it? */
#include "engine.h"
#include "needs.h"
#include "ops.h"

#include <signal.h>

#define PAGE 4096
#define PAUSE_US 20

/*
 * A mapping of P2P memory is the actor's own, and gone for good before the device
 * stops to respond: as long as it works, nothing is lost. All ones are what is
 * read where nothing responds.
 */
static int keep_page(struct actor *actor, const struct slot *slot, int64_t page,
		     uint64_t value)
{
	struct promise *shaken = &actor->world->shared->shaken;
	uint32_t steady = promise_quiet(shaken);
	volatile uint64_t *word =
		(volatile uint64_t *)(slot->addr + page * PAGE);
	uint64_t got = 0;
	int ret = touch_copy(word, &value, 1);

	if (ret)
		return ret;
	engine_pause_us(PAUSE_US);
	ret = touch_copy(&got, word, 1);
	if (!ret && got != value && !slot->unready &&
	    promise_still(shaken, steady))
		engine_wrong(
			actor->world, ORACLE_DATA,
			"P2P memory that can be reached does not keep what is written: %#llx, was %#llx",
			(unsigned long long)got, (unsigned long long)value);
	return ret;
}

static int do_p2p_keep(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = arg[2];
	int ret = slot_range(slot, &page, &nr);

	if (ret || slot->kind != SLOT_P2P)
		return DONE_NOTHING;
	for (int64_t i = 0; i < nr && !ret; i++)
		ret = keep_page(actor, slot, page + i, engine_now_ns());
	return ret;
}

OP(p2p_keep) = {
	.name = "p2p-keep",
	.summary = "write to P2P memory of its own, and read it back",
	.source = "ops-keep.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "first page", 0, 15 },
		  { "pages", 1, 16 } },
	.run = do_p2p_keep,
	.may = MAY(DONE_SIGNAL(SIGBUS), DONE_SIGNAL(SIGSEGV)),
};
