// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include "fail-nth.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BUSY_US 50
#define ORDER_US 20

/* An actor's part of the arena: that of the shared slots is 0. */
#define PART_OF(index) (1 + (index))

/* one actor on its way */
struct run {
	struct world *world;
	const struct actor_program *program;
	unsigned int index;
	unsigned int nr_actors;
	uint32_t last_order;
	pthread_t thread;
	pid_t pid;
};

uint64_t engine_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

void engine_pause_us(uint32_t us)
{
	uint64_t end_ns = engine_now_ns() + us * 1000ull;

	if (us >= BUSY_US)
		usleep(us);
	while (engine_now_ns() < end_ns)
		;
}

void engine_wrong(struct world *world, enum oracle oracle, const char *fmt, ...)
{
	struct shared *shared = world->shared;
	va_list ap;

	if (atomic_exchange(&shared->wrong, true))
		return;
	va_start(ap, fmt);
	vsnprintf(shared->text, sizeof(shared->text), fmt, ap);
	va_end(ap);
	atomic_store(&shared->oracle, oracle);
	atomic_store(&shared->told, true);
}

const char *oracle_name(enum oracle oracle)
{
	static const char *const names[] = {
		[ORACLE_NONE] = "none",	      [ORACLE_RESULT] = "result",
		[ORACLE_DATA] = "data",	      [ORACLE_DMA] = "dma-after-reset",
		[ORACLE_MAPPING] = "mapping", [ORACLE_LEAK] = "leak",
		[ORACLE_HANG] = "hang",	      [ORACLE_LOG] = "kernel-log",
		[ORACLE_TAINT] = "taint",     [ORACLE_MODEL] = "model",
		[ORACLE_DIED] = "died",
	};

	return names[oracle];
}

bool engine_may(const struct op *op, int result)
{
	if (!result || result == DONE_NOTHING || result >= DONE_BYTE(0))
		return true;
	for (const int *may = op->may; may && *may; may++)
		if (*may == result)
			return true;
	return false;
}

const char *engine_result_text(int result, char text[32])
{
	if (result == DONE_NOTHING)
		snprintf(text, 32, "nothing to do");
	else if (result >= DONE_BYTE(0))
		snprintf(text, 32, "byte %#x", result - DONE_BYTE(0));
	else if (result >= DONE_SIGNAL(0))
		snprintf(text, 32, "SIG%s", sigabbrev_np(result - 1000));
	else if (result < 0)
		snprintf(text, 32, "%s", strerrorname_np(-result));
	else
		snprintf(text, 32, "%d", result);
	return text;
}

/* with the n-th allocation failing, where the call wants that */
static int run_call(struct actor *actor, const struct call *call)
{
	int fd = call->fail_nth ? fail_nth_open() : -1;
	int result;

	if (fd >= 0)
		fail_nth_arm(fd, call->fail_nth);
	result = call->op->run(actor, call->arg);
	if (fd >= 0) {
		fail_nth_disarm(fd);
		close(fd);
	}
	return result;
}

/* What fails for want of memory may fail in any way; what is alone, in none. */
static bool is_right(const struct actor *actor, const struct call *call,
		     int result)
{
	if (call->fail_nth)
		return true;
	return engine_may(call->op, result) &&
	       (!actor->strict || !result || result == DONE_NOTHING);
}

/* until those before it are done */
static void await_order(struct shared *shared, const struct call *call)
{
	while (call->order && atomic_load(&shared->order) != call->order - 1)
		usleep(ORDER_US);
}

static void do_call(struct actor *actor, const struct call *call,
		    unsigned int index)
{
	struct world *world = actor->world;
	struct actor_log *log = actor->log;
	char text[32];
	int result;

	await_order(world->shared, call);
	if (call->delay_us)
		engine_pause_us(call->delay_us);
	atomic_store(&log->at, 1 + index);
	log->last[index].begin_ns = engine_now_ns();
	result = run_call(actor, call);
	log->last[index].end_ns = engine_now_ns();
	log->last[index].result = result;
	atomic_store(&log->at, 0);
	if (call->order)
		atomic_store(&world->shared->order, call->order);
	atomic_fetch_add(&log->nr_done, 1);
	atomic_fetch_add(&world->shared->beat, 1);
	if (!is_right(actor, call, result))
		engine_wrong(world, ORACLE_RESULT, "%s: %s", call->op->name,
			     engine_result_text(result, text));
}

static bool is_over(const struct shared *shared,
		    const struct actor_program *program, uint64_t begin_ns)
{
	return program->stranger &&
	       (!atomic_load(&shared->nr_left) ||
		atomic_load(&shared->wrong) ||
		engine_now_ns() - begin_ns > ENGINE_STRANGER_MS * 1000000ull);
}

static void do_program(struct actor *actor, const struct actor_program *program)
{
	const struct shared *shared = actor->world->shared;
	uint64_t begin_ns = engine_now_ns();

	for (unsigned int turn = 0; turn < program->turns; turn++)
		for (unsigned int i = 0; i < program->nr_calls; i++) {
			if (is_over(shared, program, begin_ns))
				return;
			do_call(actor, &program->calls[i], i);
		}
}

static int actor_init(struct actor *actor, struct world *world,
		      unsigned int index, unsigned int log)
{
	*actor = (struct actor){
		.world = world,
		.index = index,
		.log = &world->shared->log[log],
	};
	slots_init(world, actor->slots, SLOT_NR_OWN, PART_OF(index));
	actor->host = mmap(NULL, SLOT_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (actor->host == MAP_FAILED)
		return -errno;
	atomic_store(&actor->log->pid, getpid());
	atomic_store(&actor->log->tid, gettid());
	return 0;
}

static void actor_end(struct actor *actor)
{
	slots_clear(actor->world, actor->slots, SLOT_NR_OWN);
	munmap(actor->host, SLOT_BYTES);
	atomic_store(&actor->log->ended, true);
}

/* All at once, as far as there are CPUs: asleep first, then busily. */
static void await_start(const struct run *run)
{
	struct shared *shared = run->world->shared;

	atomic_fetch_add(&shared->nr_waiting, 1);
	while (!atomic_load(&shared->started))
		syscall(SYS_futex, &shared->started, FUTEX_WAIT, 0, NULL, NULL,
			0);
	atomic_fetch_add(&shared->nr_waiting, 1);
	while (atomic_load(&shared->nr_waiting) < 2 * run->nr_actors)
		sched_yield();
}

/*
 * Where there is an order, nothing may happen besides: what an actor gives back
 * at its end comes after all that.
 */
static void await_others(const struct run *run)
{
	while (atomic_load(&run->world->shared->order) < run->last_order)
		usleep(ORDER_US);
}

static void run_actor(const struct run *run)
{
	struct actor actor;
	char name[16];
	int ret;

	snprintf(name, sizeof(name), "%.12s-%u", run->program->name,
		 run->index);
	prctl(PR_SET_NAME, name);
	ret = actor_init(&actor, run->world, run->index, run->index);
	actor.alone = run->program->process;
	await_start(run);
	if (ret) {
		engine_wrong(run->world, ORACLE_DIED,
			     "out of memory for an actor");
		return;
	}
	do_program(&actor, run->program);
	if (!run->program->stranger)
		atomic_fetch_sub(&run->world->shared->nr_left, 1);
	await_others(run);
	actor_end(&actor);
}

static void *thread(void *arg)
{
	run_actor(arg);
	return NULL;
}

static int start(struct run *run)
{
	pid_t parent = getpid();

	if (!run->program->process)
		return -pthread_create(&run->thread, NULL, thread, run);
	run->pid = fork();
	if (run->pid < 0)
		return -errno;
	if (run->pid)
		return 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		run_actor(run);
	_exit(0);
}

static void join(struct run *run)
{
	int status;

	if (!run->program->process) {
		pthread_join(run->thread, NULL);
		return;
	}
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		engine_wrong(run->world, ORACLE_DIED,
			     "%s: ended with status %#x", run->program->name,
			     status);
}

static void open_start(struct shared *shared, unsigned int nr_actors)
{
	while (atomic_load(&shared->nr_waiting) < nr_actors)
		sched_yield();
	atomic_store(&shared->started, 1);
	syscall(SYS_futex, &shared->started, FUTEX_WAKE, nr_actors, NULL, NULL,
		0);
}

static unsigned int count_left(const struct program *program)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < program->nr_actors; i++)
		nr += !program->actors[i].stranger;
	return nr;
}

static uint32_t last_order(const struct program *program)
{
	uint32_t last = 0;

	for (unsigned int i = 0; i < program->nr_actors; i++)
		for (unsigned int c = 0; c < program->actors[i].nr_calls; c++)
			if (program->actors[i].calls[c].order > last)
				last = program->actors[i].calls[c].order;
	return last;
}

/* Processes first: what they inherit has no threads in it. */
static void race_actors(struct world *world, const struct program *program)
{
	struct run runs[ENGINE_MAX_ACTORS];
	unsigned int nr = program->nr_actors, started = 0;

	for (unsigned int pass = 0; pass < 2; pass++)
		for (unsigned int i = 0; i < nr; i++) {
			if (program->actors[i].process != !pass)
				continue;
			runs[i] = (struct run){
				.world = world,
				.program = &program->actors[i],
				.index = i,
				.nr_actors = nr,
				.last_order = last_order(program),
			};
			if (start(&runs[i])) {
				engine_wrong(world, ORACLE_DIED,
					     "cannot start actor %s",
					     program->actors[i].name);
				/* the others cannot start either */
				_exit(99);
			}
			started++;
		}
	open_start(world->shared, started);
	for (unsigned int i = 0; i < nr; i++)
		join(&runs[i]);
}

/* After strangers nobody knows how things are: what is right at any time is then. */
static void do_alone(struct actor *actor, const struct actor_program *program,
		     unsigned int log, bool strict)
{
	actor->strict = strict;
	actor->log = &actor->world->shared->log[log];
	atomic_store(&actor->log->pid, getpid());
	atomic_store(&actor->log->tid, gettid());
	do_program(actor, program);
	atomic_store(&actor->log->ended, true);
}

void engine_race(struct world *world, const struct program *program)
{
	struct shared *shared = world->shared;
	struct actor actor;

	memset(shared->log, 0, sizeof(shared->log));
	memset((void *)shared->users, 0, sizeof(shared->users));
	atomic_store(&shared->started, 0);
	atomic_store(&shared->nr_waiting, 0);
	atomic_store(&shared->nr_left, count_left(program));
	atomic_store(&shared->order, 0);
	if (actor_init(&actor, world, ENGINE_MAX_ACTORS, LOG_BEFORE)) {
		engine_wrong(world, ORACLE_DIED, "out of memory");
		return;
	}
	do_alone(&actor, &program->before, LOG_BEFORE, true);
	if (program->nr_actors)
		race_actors(world, program);
	do_alone(&actor, &program->after, LOG_AFTER,
		 count_left(program) == program->nr_actors);
	actor_end(&actor);
}
