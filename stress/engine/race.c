// SPDX-License-Identifier: GPL-2.0-only
/* Actors as threads and processes: started at once, waited for */
#include "actor.h"
#include "cpu.h"
#include "engine.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* one actor on its way */
struct run {
	struct world *world;
	const struct actor_program *program;
	unsigned int index;
	unsigned int nr_actors;
	uint32_t last_order;
	bool started;
	pthread_t thread;
	pid_t pid;
};

/* One is missing, which the others are not to wait for: no fault of the kernel's. */
static void give_up(struct world *world, const char *what, int err)
{
	atomic_store(&world->shared->given_up, true);
	engine_cannot(world, "%s: %s: the race was not run", what,
		      strerror(err));
}

/*
 * All at once, as far as there are CPUs: asleep first, then busily. false: there are not
 * all.
 */
static bool await_start(const struct run *run)
{
	struct shared *shared = run->world->shared;

	atomic_fetch_add(&shared->nr_waiting, 1);
	while (!atomic_load(&shared->started))
		syscall(SYS_futex, &shared->started, FUTEX_WAIT, 0, NULL, NULL,
			0);
	if (atomic_load(&shared->given_up))
		return false;
	atomic_fetch_add(&shared->nr_waiting, 1);
	while (atomic_load(&shared->nr_waiting) < 2 * run->nr_actors)
		sched_yield();
	return true;
}

/*
 * Where there is an order, nothing may happen besides: what an actor gives back
 * at its end comes after all that.
 */
static void await_others(const struct run *run)
{
	while (atomic_load(&run->world->shared->order) < run->last_order)
		usleep(ACTOR_ORDER_US);
}

static void run_actor(const struct run *run)
{
	struct actor actor;
	char name[16];
	int ret;

	snprintf(name, sizeof(name), "%.12s-%u", run->program->name,
		 run->index);
	prctl(PR_SET_NAME, name);
	cpu_take(run->program->cpu);
	ret = actor_init(&actor, run->world, run->index, run->index);
	actor.alone = run->program->process;
	/* an allocation fails, and nobody else may be why something else does */
	actor.strict = run->nr_actors == 1 && actor_sweeps(run->program);
	if (ret)
		give_up(run->world, "no memory for an actor", -ret);
	if (await_start(run)) {
		actor_do(&actor, run->program);
		if (!run->program->stranger)
			atomic_fetch_sub(&run->world->shared->nr_left, 1);
		await_others(run);
	}
	if (!ret)
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

	if (!run->started)
		return;
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

/* "cannot start actor NAME" */
static void give_up_start(struct world *world, const char *name, int err)
{
	char what[64];

	snprintf(what, sizeof(what), "cannot start actor %.32s", name);
	give_up(world, what, err);
}

/*
 * Processes first: what they inherit has no threads in it. Where one cannot be started the
 * others end at once.
 */
static void race_actors(struct world *world, const struct program *program)
{
	struct run runs[ENGINE_MAX_ACTORS] = {};
	unsigned int nr = program->nr_actors, started = 0;
	int ret = 0;

	for (unsigned int pass = 0; pass < 2; pass++)
		for (unsigned int i = 0; i < nr && !ret; i++) {
			if (program->actors[i].process != !pass)
				continue;
			runs[i] = (struct run){
				.world = world,
				.program = &program->actors[i],
				.index = i,
				.nr_actors = nr,
				.last_order = last_order(program),
			};
			ret = start(&runs[i]);
			runs[i].started = !ret;
			started += !ret;
			if (ret)
				give_up_start(world, program->actors[i].name,
					      -ret);
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
	actor_do(actor, program);
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
	atomic_store(&shared->given_up, false);
	atomic_store(&shared->nr_left, count_left(program));
	atomic_store(&shared->order, 0);
	atomic_store(&shared->delayed, program->nr_points);
	atomic_store(&shared->least_ms, 0);
	atomic_store(&shared->scarce, false);
	if (actor_init(&actor, world, ENGINE_MAX_ACTORS, LOG_BEFORE)) {
		engine_cannot(world, "out of memory: the race was not run");
		return;
	}
	do_alone(&actor, &program->before, LOG_BEFORE, true);
	if (program->nr_actors)
		race_actors(world, program);
	if (!atomic_load(&shared->given_up))
		do_alone(&actor, &program->after, LOG_AFTER,
			 count_left(program) == program->nr_actors);
	actor_end(&actor);
}

bool engine_faults(const struct program *program)
{
	for (unsigned int i = 0; i < program->nr_actors; i++)
		for (unsigned int c = 0; c < program->actors[i].nr_calls; c++)
			if (program->actors[i].calls[c].op->faults)
				return true;
	return false;
}
