// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that gets scarce, moves, and is taken back.
 *
 * A child takes what is free until the kernel takes pages back from its caches, of
 * which there are some since it has read of the disk before. No swap is needed for
 * that. It stops before there is nothing left to take back, and is the first that is
 * killed where that was too late.
 */
#include "engine.h"
#include "ops.h"
#include "pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1ull << 20)
#define CACHE_FROM (64 * MIB) /* of the disk: no race writes there */
#define CACHE_SPARE_MIB 64 /* more in caches than is to be taken back */
#define LEAVE_MIB 24 /* that can still be had */
#define STEP_MIB 4
#define MAX_MS 3000

/* that of the child; whatever its parts of its parent's memory have is not its own */
struct pressing {
	uint64_t goal_bytes;
	uint64_t end_ns;
	bool compact;
	bool drop;
};

/* what the kernel refuses to do now, it does not have to */
static void ask_kernel(const char *path, const char *text, size_t bytes)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, bytes) < 0)
		errno = 0;
	close(fd);
}

static bool is_over(const struct pressing *pressing)
{
	return engine_now_ns() > pressing->end_ns;
}

static void fill_caches(const struct pressing *pressing, const char *disk)
{
	uint64_t wanted = pressing->goal_bytes + CACHE_SPARE_MIB * MIB;
	uint64_t cached = pressure_cached(), at = CACHE_FROM;
	char *buffer;
	int fd;

	if (!disk || cached >= wanted)
		return;
	buffer = mmap(NULL, MIB, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fd = open(disk, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || buffer == MAP_FAILED)
		return;
	while (cached < wanted && !is_over(pressing) &&
	       pread(fd, buffer, MIB, (off_t)at) == MIB) {
		at += MIB;
		cached += MIB;
	}
	close(fd);
	munmap(buffer, MIB);
}

/* until so much has been taken back from others */
static bool press(const struct pressing *pressing)
{
	const size_t step = STEP_MIB * MIB;
	uint64_t before = pressure_reclaimed();
	uint64_t now = before;

	while (now - before < pressing->goal_bytes && !is_over(pressing) &&
	       pressure_available() > LEAVE_MIB * MIB + step) {
		char *addr = mmap(NULL, step, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (addr == MAP_FAILED)
			break;
		/* large pages are quickly had, or take compaction */
		madvise(addr, step, MADV_HUGEPAGE);
		if (madvise(addr, step, MADV_POPULATE_WRITE))
			break;
		now = pressure_reclaimed();
	}
	return now != before;
}

/* 0: memory was scarce; 1: it was not */
static int press_in_child(const struct pressing *pressing,
			  const struct world *world)
{
	bool pressed;

	/* the files and memory of a race are for its actors to end */
	close_range(3, ~0u, 0);
	munmap(world->arena, WORLD_ARENA_BYTES);
	ask_kernel("/proc/self/oom_score_adj", "1000", 4);
	fill_caches(pressing, world->disk_path);
	pressed = press(pressing);
	if (pressing->compact)
		ask_kernel("/proc/sys/vm/compact_memory", "1", 1);
	if (pressing->drop)
		ask_kernel("/proc/sys/vm/drop_caches", "3", 1);
	return !pressed;
}

/* It ends by itself; one that was killed had too much. */
static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) ? DONE_NOTHING : 0;
}

static int do_pressure(struct actor *actor, const int64_t *arg)
{
	const struct pressing pressing = {
		.goal_bytes = (uint64_t)arg[0] * MIB,
		.end_ns = engine_now_ns() + MAX_MS * 1000000ull,
		.compact = arg[1],
		.drop = arg[2],
	};
	pid_t parent = getpid(), child;

	atomic_store(&actor->world->shared->scarce, true);
	child = fork();
	if (child < 0)
		return -errno;
	if (child)
		return wait_for(child);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(getppid() != parent || press_in_child(&pressing, actor->world));
}

OP(pressure) = {
	.name = "pressure",
	.summary =
		"use memory until some of the caches is taken back; compact it, drop caches",
	.source = "ops-pressure.c",
	.args = { { "MiB taken back", 1, 32 },
		  { "compact", 0, 1 },
		  { "drop caches", 0, 1 } },
	.run = do_pressure,
	.may = MAY(-ENOMEM, -EAGAIN),
};
