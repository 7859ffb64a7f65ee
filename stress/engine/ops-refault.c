// SPDX-License-Identifier: GPL-2.0-only
/* One page, faulted and let go again and again, as fast as can be */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "sight.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#define PAGE 4096

static int refault(struct actor *actor, struct slot *slot, char *addr)
{
	struct sight sight;
	int ret;

	sight_take(actor->world, slot, &sight);
	ret = touch(addr, false);
	if (ret)
		return ret;
	sight_judge(actor->world, slot, &sight);
	return madvise(addr, PAGE, MADV_DONTNEED) ? -errno : 0;
}

/* P2P memory is not faulted again: it is gone when it was let go once. */
static int do_refault(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = 1;
	int ret = slot_range(slot, &page, &nr);

	for (int64_t i = 0; !ret && i < arg[2]; i++)
		ret = refault(actor, slot, slot->addr + page * PAGE);
	return ret;
}

OP(refault) = {
	.name = "refault",
	.summary = "touch a page and MADV_DONTNEED it, many times",
	.source = "ops-refault.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "page", 0, 15 },
		  { "times", 1, 200 } },
	.run = do_refault,
	/* mappings of page frames refuse to let go */
	.may = MAY(DONE_SIGNAL(SIGBUS), DONE_SIGNAL(SIGSEGV), -EINVAL, -ENOMEM),
};
