// SPDX-License-Identifier: GPL-2.0-only
/* The device's file: closed, and opened again */
#include "engine.h"
#include "needs.h"
#include "ops.h"

#include <errno.h>
#include <unistd.h>

#define OPEN_LIMIT_MS 20000
#define OPEN_POLL_US 500

/* What was mapped by the file keeps it open, and I/O the memory: hence the wait. */
static int open_again(struct actor *actor)
{
	uint64_t end_ns = engine_now_ns() + OPEN_LIMIT_MS * 1000000ull;
	char why[ENGINE_TEXT_BYTES];
	int ret;

	while ((ret = device_join(&actor->world->device, why))) {
		if (engine_now_ns() > end_ns) {
			engine_wrong(actor->world, ORACLE_HANG,
				     "closed, and cannot be opened again: %s",
				     why);
			break;
		}
		engine_pause_us(OPEN_POLL_US);
	}
	return ret;
}

/*
 * No other actor may use the file meanwhile, and none may be a process, which
 * would have it open, too. Memory of the device and its dma-bufs are for all.
 */
static int do_reopen(struct actor *actor, const int64_t *arg)
{
	struct shared *shared = actor->world->shared;
	struct device *device = &actor->world->device;
	int fd = device->vfio, ret;
	uint32_t off, registered;

	if (fd < 0)
		return DONE_NOTHING;
	off = promise_begin(&shared->off);
	registered = promise_begin(&shared->registered);
	atomic_store(&shared->lent.closed, true);
	device->vfio = -1;
	close(fd);
	engine_pause_us((uint32_t)arg[0]);
	ret = open_again(actor);
	/* the one that was opened shows that the one before is closed */
	if (!ret)
		atomic_fetch_add(&shared->lent.openings, 1);
	promise_end(&shared->registered, registered, false);
	promise_end(&shared->off, off, false);
	return ret;
}

OP(reopen) = {
	.name = "reopen",
	.summary = "close the device and open it again; nobody else may use it",
	.source = "ops-device.c",
	.needs = NEED_VFIO,
	.args = { { "time closed, us", 0, 5000 } },
	.run = do_reopen,
};
