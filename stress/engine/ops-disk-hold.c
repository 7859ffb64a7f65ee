// SPDX-License-Identifier: GPL-2.0-only
/*
 * The disk holds what it is asked for, for a time that was drawn: what anybody reads or
 * writes meanwhile is in flight until that is over, and arrives all at once.
 */
#include "engine.h"
#include "host.h"
#include "io.h"
#include "needs.h"
#include "ops.h"

#include <errno.h>
#include <unistd.h>

#define PAGE 4096

/*
 * The first request is served, and holds up all that come after it: that is one into the
 * host's memory, of a block that nobody writes. Where somebody else was first, it waits,
 * too.
 */
static int do_disk_hold(struct actor *actor, const int64_t *arg)
{
	struct world *world = actor->world;
	int ret;

	if (world->disk < 0)
		return DONE_NOTHING;
	ret = host_hold(world->disk_path, (uint32_t)arg[0]);
	/* ENOENT: a reproducer's disk may be on hardware */
	if (ret)
		return ret == -EBUSY || ret == -ENOENT ? DONE_NOTHING : ret;
	return io_whole_call(pread(world->disk, actor->host, PAGE, 0), PAGE);
}

OP(disk_hold) = {
	.name = "disk-hold",
	.summary = "for a while the disk keeps in flight what it is asked for",
	.source = "ops-disk-hold.c",
	.needs = NEED_DISK | NEED_HELD_DISK,
	.args = { { "how long, ms", 10, 500 } },
	.run = do_disk_hold,
	.may = MAY(-ENOMEM),
};
