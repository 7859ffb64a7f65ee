// SPDX-License-Identifier: GPL-2.0-only
/* Children that inherit mappings: they outlive resets, and are killed */
#include "engine.h"
#include "io.h"
#include "ops.h"
#include "sight.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static int use_page(struct actor *actor, const struct slot *slot, char *addr,
		    bool write)
{
	struct sight sight;
	int ret;

	if (write)
		io_claim(actor, slot, addr, PAGE);
	sight_take(actor->world, slot, &sight);
	ret = touch(addr, write);
	if (!ret)
		sight_judge(actor->world, slot, &sight);
	return ret;
}

/*
 * What a reset gives back is only read while others look whether anything arrives in
 * it: see gate. One that may be killed at any moment would stay inside.
 */
static int use_gated(struct actor *actor, const struct slot *slot, char *addr,
		     bool killed)
{
	bool p2p = slot->kind == SLOT_P2P;
	bool inside = !p2p && !killed && gate_enter(actor->world);
	int ret = use_page(actor, slot, addr, p2p || inside);

	if (inside)
		gate_leave(actor->world);
	return ret;
}

/* Until the memory is gone, or it is time to end. */
static int use_in_child(struct actor *actor, const struct slot *slot,
			int64_t pages, uint64_t us, bool killed)
{
	/* from now on: fork() takes its time */
	uint64_t end_ns = engine_now_ns() + us * 1000;
	int ret = 0;

	while (!ret && engine_now_ns() < end_ns)
		for (int64_t i = 0; i < pages && !ret; i++)
			ret = use_gated(actor, slot, slot->addr + i * PAGE,
					killed);
	/* parts of it may have been unmapped before */
	return ret == DONE_SIGNAL(SIGBUS) || ret == DONE_SIGNAL(SIGSEGV) ? 0 :
									   ret;
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL ?
			       0 :
			       DONE_SIGNAL(WTERMSIG(status));
	return WEXITSTATUS(status) ? -EIO : 0;
}

/*
 * A forked child uses the inherited mapping for a while. With @arg[3] it is killed in the
 * middle of that.
 */
static int do_fork(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = 0, nr = arg[1];
	uint64_t us = (uint64_t)arg[2];
	pid_t parent = getpid(), child;

	if (slot_range(slot, &page, &nr))
		return DONE_NOTHING;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(getppid() == parent &&
		      use_in_child(actor, slot, nr, us, arg[3]));
	}
	if (arg[3]) {
		engine_pause_us((uint32_t)arg[2] / 2);
		kill(child, SIGKILL);
	}
	return wait_for(child);
}

OP(fork) = {
	.name = "fork",
	.summary = "a child uses an inherited mapping, and ends or is killed",
	.source = "ops-process.c",
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "pages", 1, 16 },
		  { "how long, us", 100, 20000 },
		  { "kill", 0, 1 } },
	.run = do_fork,
	.may = MAY(-ENOMEM, -EAGAIN, DONE_SIGNAL(SIGSEGV)),
};
