// SPDX-License-Identifier: GPL-2.0-only
#include "actor.h"

#include "bound.h"
#include "fail-nth.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* An actor's part of the arena: that of the shared slots is 0. */
#define PART_OF(index) (1 + (index))

int actor_init(struct actor *actor, struct world *world, unsigned int index,
	       unsigned int log)
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

/*
 * With the n-th allocation failing, where the call wants that. There may be fewer:
 * @failed says whether it did.
 */
static int run_call(struct actor *actor, const struct call *call, bool *failed)
{
	int fd = call->fail_nth ? fail_nth_open() : -1;
	int result;

	*failed = false;
	actor->failing = fd >= 0;
	if (fd >= 0)
		fail_nth_arm(fd, call->fail_nth);
	result = call->op->run(actor, call->arg);
	if (fd >= 0) {
		*failed = !fail_nth_disarm(fd);
		close(fd);
	}
	actor->failing = false;
	if (*failed)
		atomic_fetch_add(&actor->world->shared->nr_failed, 1);
	return result;
}

/* What fails for want of memory may fail in any way; what is alone, in none. */
static bool is_right(const struct actor *actor, const struct call *call,
		     bool failed, int result)
{
	if (failed)
		return true;
	return engine_may(call->op, result) &&
	       (!actor->strict || !result || result == DONE_NOTHING);
}

/* until those before it are done */
static void await_order(struct shared *shared, const struct call *call)
{
	while (call->order && atomic_load(&shared->order) != call->order - 1)
		usleep(ACTOR_ORDER_US);
}

void actor_may_sleep(struct actor_log *log, unsigned int seconds)
{
	atomic_store(&log->slow_ns,
		     seconds ? engine_now_ns() + seconds * 1000000000ull : 0);
}

/* What waits for hardware has bounds that depend on that. */
static void judge_time(struct actor *actor, const struct call *call,
		       uint64_t begin_ns, bool failed)
{
	if (failed || atomic_load(&actor->log->slow_ns))
		return;
	if (call->op->bound_ms)
		bound_note(actor->world, call->op->name, begin_ns,
			   call->op->bound_ms, 0);
	bound_judge(actor->world);
}

static void do_call(struct actor *actor, const struct call *call,
		    unsigned int turn, unsigned int index)
{
	struct world *world = actor->world;
	struct actor_log *log = actor->log;
	struct history_entry *entry;
	char text[32];
	bool failed;
	uint64_t begin_ns;
	int result;

	await_order(world->shared, call);
	if (call->delay_us)
		engine_pause_us(call->delay_us);
	atomic_store(&log->at, 1 + index);
	begin_ns = engine_now_ns();
	entry = history_begin(&world->shared->history[log - world->shared->log],
			      atomic_load(&world->shared->race), turn, index,
			      begin_ns);
	bound_begin();
	result = run_call(actor, call, &failed);
	history_end(entry, result, engine_now_ns());
	log->last[index] = result;
	judge_time(actor, call, begin_ns, failed);
	actor_may_sleep(log, 0);
	atomic_store(&log->at, 0);
	if (call->order)
		atomic_store(&world->shared->order, call->order);
	atomic_fetch_add(&log->nr_done, 1);
	atomic_fetch_add(&world->shared->beat, 1);
	if (!is_right(actor, call, failed, result))
		engine_wrong(world, ORACLE_RESULT, "%s: %s", call->op->name,
			     engine_result_text(result, text));
}

static bool is_over(const struct shared *shared,
		    const struct actor_program *program, uint64_t begin_ns)
{
	return program->stranger &&
	       (!atomic_load(&shared->nr_left) || atomic_load(&shared->wrong) ||
		engine_now_ns() - begin_ns > ENGINE_STRANGER_MS * 1000000ull);
}

void actor_do(struct actor *actor, const struct actor_program *program)
{
	const struct shared *shared = actor->world->shared;
	uint64_t begin_ns = engine_now_ns();

	for (unsigned int turn = 0; turn < program->turns; turn++)
		for (unsigned int i = 0; i < program->nr_calls; i++) {
			if (is_over(shared, program, begin_ns))
				return;
			do_call(actor, &program->calls[i], turn, i);
		}
}

void actor_end(struct actor *actor)
{
	slots_clear(actor->world, actor->slots, SLOT_NR_OWN);
	munmap(actor->host, SLOT_BYTES);
	atomic_store(&actor->log->ended, true);
}
