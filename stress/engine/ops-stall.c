// SPDX-License-Identifier: GPL-2.0-only
/* I/O that a userfaultfd stalls with a page pinned, and what has to wait for it */
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "power.h"
#include "stall.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define MS_NS 1000000ull

/* how long nobody may begin a reset before the I/O goes on without one */
#define ALONE_MS 200

/*
 * Until a reset has come back that was under way during the stall. What waits
 * for the pinned page must give up after the time of the registration.
 */
static void await_reset(struct world *world, uint64_t limit_ms)
{
	struct shared *shared = world->shared;
	uint32_t returned = atomic_load(&shared->returned);
	uint64_t begin_ns = engine_now_ns(), asked_ns = 0, now_ns;

	while (atomic_load(&shared->returned) == returned) {
		now_ns = engine_now_ns();
		if (atomic_load(&shared->asked) == returned) {
			asked_ns = 0;
			if (now_ns > begin_ns + ALONE_MS * MS_NS)
				return;
		} else if (!asked_ns) {
			asked_ns = now_ns;
		} else if (now_ns > asked_ns + limit_ms * MS_NS) {
			engine_wrong(
				world, ORACLE_HANG,
				"a reset waits for stalled I/O, more than %llu ms",
				(unsigned long long)limit_ms);
			return;
		}
		engine_pause_us(500);
	}
}

static void stay(struct actor *actor, const int64_t *arg)
{
	if (arg[3])
		await_reset(actor->world, (uint64_t)arg[3]);
	else
		engine_pause_us((uint32_t)arg[2] * 1000);
}

/* A page of a BAR that can be pinned has a struct page. */
static void stay_with_page(struct actor *actor, const int64_t *arg,
			   uint64_t page)
{
	struct pinned *pinned = &actor->world->shared->pinned;

	pinned_begin(pinned, page);
	stay(actor, arg);
	pinned_end(pinned, page);
}

static int stall_and_stay(struct actor *actor, const int64_t *arg,
			  const struct slot *slot, int64_t block,
			  unsigned int how)
{
	uint32_t mapping = slot->mapping;
	bool known = slot->kind == SLOT_BAR;
	uint64_t page = slot->bar_page;
	struct stall stall;
	int ret = stall_slot_by(actor, slot, block, how, &stall);

	if (ret)
		return ret;
	/* it has its first page, and the others are no device's */
	io_has_pages(actor);
	/* others may move a shared one; a process may be killed before the end */
	if (known && slot->mapping == mapping && !actor->alone)
		stay_with_page(actor, arg, page);
	else
		stay(actor, arg);
	return stall_end(&stall);
}

static int do_stall(struct actor *actor, const int64_t *arg, int64_t block,
		    unsigned int how)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int ret;

	/* struct pages of dma-bufs are waited for a minute */
	if (slot->kind == SLOT_EMPTY || (arg[3] && slot->kind != SLOT_P2P))
		return DONE_NOTHING;
	if (!io_begin(actor, slot))
		return DONE_NOTHING;
	io_claim(actor, slot, slot->addr, PAGE);
	ret = io_judge(actor, slot,
		       stall_and_stay(actor, arg, slot, block, how));
	io_end(actor);
	return ret;
}

static int do_stalled_read(struct actor *actor, const int64_t *arg)
{
	return do_stall(actor, arg, arg[1], 0);
}

OP(stalled_read) = {
	.name = "stalled-read",
	.summary =
		"preadv() that a userfaultfd stalls behind its first page, for a while or until a reset gives up",
	.source = "ops-stall.c",
	.needs = NEED_DISK,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "block of the disk", 0, 1007 },
		  { "how long, ms", 1, 200 },
		  { "bound of a reset, ms", 0, 0 } },
	.run = do_stalled_read,
	/* EIO is for io_judge(); EEXIST: begun anew, and its page is gone */
	.may = MAY(-EFAULT, -EEXIST, -EINTR, -EIO),
};

/* What is written is the actor's own, and nobody looks at it. */
static int do_stalled_io(struct actor *actor, const int64_t *arg)
{
	return do_stall(actor, arg, 0, (unsigned int)arg[1]);
}

OP(stalled_io) = {
	.name = "stalled-io",
	.summary =
		"the same of a write, by io_uring or libaio, for a while or until a reset gives up",
	.source = "ops-stall.c",
	.needs = NEED_DISK,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "1: writes, 2: io_uring, 4: libaio", 0, 5 },
		  { "how long, ms", 1, 200 },
		  { "bound of a reset, ms", 0, 0 } },
	.run = do_stalled_io,
	/* EIO is for io_judge(); EEXIST: begun anew, and its page is gone */
	.may = MAY(-EFAULT, -EEXIST, -EINTR, -EIO),
};

#define KILL_LIMIT_MS 10000

/* false: it outlives SIGKILL */
static bool dies(pid_t child, unsigned int limit_ms)
{
	uint64_t end_ns = engine_now_ns() + limit_ms * MS_NS;

	while (!waitpid(child, NULL, WNOHANG)) {
		if (engine_now_ns() > end_ns)
			return false;
		engine_pause_us(500);
	}
	return true;
}

/*
 * Whoever waits for I/O of others in a reset can be killed. Whether the reset
 * took place before that nobody knows: it ends nothing for certain, but memory that
 * resets empty may be, and what was off may be on.
 */
static int do_reset_killed(struct actor *actor, const int64_t *arg)
{
	enum power_path path = (enum power_path)arg[0];
	struct world *world = actor->world;
	pid_t parent = getpid(), child;
	uint32_t off;

	/* memory that is to be enabled after a reset: nobody would know when */
	if (!(world->device.paths & 1u << path) || world->device.pmr)
		return DONE_NOTHING;
	power_will_end(world->shared);
	off = promise_begin(&world->shared->off);
	atomic_fetch_add(&world->shared->asked, 1);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			power_do(&world->device, path);
		_exit(0);
	}
	if (child > 0) {
		engine_pause_us((uint32_t)arg[1]);
		kill(child, SIGKILL);
		if (!dies(child, KILL_LIMIT_MS)) {
			engine_wrong(world, ORACLE_HANG,
				     "%s: it does not die of SIGKILL",
				     power_name(path));
			waitpid(child, NULL, 0);
		}
	}
	promise_end(&world->shared->off, off, false);
	atomic_fetch_add(&world->shared->returned, 1);
	return child < 0 ? -errno : 0;
}

OP(reset_killed) = {
	.name = "reset-killed",
	.summary =
		"a child that asks for a reset is killed in the middle of it",
	.source = "ops-stall.c",
	.needs = NEED_VFIO,
	.args = { { "path", POWER_RESET, POWER_RESET },
		  { "after, us", 0, 50000 } },
	.run = do_reset_killed,
	.may = MAY(-ENOMEM, -EAGAIN),
};
