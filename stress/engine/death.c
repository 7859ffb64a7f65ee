// SPDX-License-Identifier: GPL-2.0-only
#include "death.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define POLL_US 500
#define MS_NS 1000000ull

/* what somebody else's lock, as it was when it was forked, may keep it from */
#define EXIT_LIMIT_MS 2000
/* I/O of all actors is in the slow disk's queue before its own */
#define DIE_LIMIT_MS 30000

int death_begin(struct death *death)
{
	pid_t parent = getpid();

	death->at_it = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (death->at_it == MAP_FAILED)
		return -errno;
	death->begin_ns = engine_now_ns();
	death->child = fork();
	if (death->child < 0) {
		int ret = -errno;

		munmap(death->at_it, PAGE);
		return ret;
	}
	if (death->child)
		return 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	return 1;
}

void death_is_at_it(struct death *death)
{
	atomic_store(death->at_it, true);
}

bool death_is_due(const struct death *death)
{
	return engine_now_ns() > death->begin_ns + death->us * 1000ull;
}

/* Its parent kills it. If not, it is not to be there for ever. */
void death_await(const struct death *death)
{
	uint64_t end_ns = death->begin_ns + DIE_LIMIT_MS * MS_NS;

	while (death->killed ? engine_now_ns() < end_ns : !death_is_due(death))
		engine_pause_us(POLL_US / 4);
	_exit(0);
}

/* Who has ended stays a zombie: there is one who waits for it. */
static bool has_ended(const struct death *death)
{
	siginfo_t info = {};

	return !waitid(P_PID, (id_t)death->child, &info,
		       WEXITED | WNOHANG | WNOWAIT) &&
	       info.si_pid == death->child;
}

static bool await_end(const struct death *death, uint64_t limit_ms)
{
	uint64_t end_ns = engine_now_ns() + limit_ms * MS_NS;

	while (!has_ended(death)) {
		if (engine_now_ns() > end_ns)
			return false;
		engine_pause_us(POLL_US);
	}
	return true;
}

bool death_await_it(const struct death *death)
{
	while (!atomic_load(death->at_it) && !death_is_due(death) &&
	       !has_ended(death))
		engine_pause_us(POLL_US / 4);
	return atomic_load(death->at_it);
}

static int reap(const struct death *death)
{
	int status;

	while (waitpid(death->child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		return DONE_SIGNAL(WTERMSIG(status));
	return 0;
}

static void await_time(const struct death *death)
{
	while (!death_is_due(death) && !has_ended(death))
		engine_pause_us(POLL_US / 4);
}

int death_end(struct actor *actor, struct death *death)
{
	int ret = 0;

	await_time(death);
	if (death->killed || !await_end(death, EXIT_LIMIT_MS))
		kill(death->child, SIGKILL);
	if (await_end(death, DIE_LIMIT_MS))
		ret = reap(death);
	else
		engine_wrong(actor->world, ORACLE_HANG,
			     "a child does not die within %u s of SIGKILL",
			     DIE_LIMIT_MS / 1000);
	munmap(death->at_it, PAGE);
	return ret;
}
