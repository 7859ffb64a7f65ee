// SPDX-License-Identifier: GPL-2.0-only
#include "io.h"

#include <errno.h>

/* P2P memory is never given back to who was mapped before a reset: see gate */
bool io_begin(struct actor *actor, const struct slot *slot)
{
	if (slot->kind != SLOT_P2P && !gate_enter(actor->world))
		return false;
	gate_take_off(actor->world);
	return true;
}

void io_end(struct actor *actor, const struct slot *slot)
{
	gate_land(actor->world);
	if (slot->kind != SLOT_P2P)
		gate_leave(actor->world);
}

int io_whole(int64_t done, size_t bytes)
{
	if (done < 0)
		return (int)done;
	/* a later page was not there: what came before it is right */
	return (size_t)done == bytes ? 0 : -EFAULT;
}

int io_judge(struct actor *actor, const struct slot *slot, int ret)
{
	if (slot->kind == SLOT_P2P && ret == -EIO)
		engine_wrong(actor->world, ORACLE_DATA,
			     "I/O with P2P memory failed on its way: EIO");
	return ret;
}
