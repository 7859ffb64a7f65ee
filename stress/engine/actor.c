// SPDX-License-Identifier: GPL-2.0-only
#include "actor.h"

#include "bound.h"
#include "fail-nth.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* An actor's part of the arena: that of the shared slots is 0. */
#define PART_OF(index) (1 + (index))

#define DYING_MS 1000
#define DYING_POLL_US 1000
#define SWEEP_MAX_NTH 500
#define SWEEP_MAX_MS 15000

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
 * With the @nth allocation failing, where that is not 0. There may be fewer: @failed
 * says whether it did.
 */
static int run_call(struct actor *actor, const struct call *call, uint32_t nth,
		    bool *failed)
{
	int fd = nth ? fail_nth_open() : -1;
	int result;

	*failed = false;
	actor->failing = fd >= 0;
	actor->fail_fd = fd;
	if (fd >= 0)
		fail_nth_arm(fd, nth);
	result = call->op->run(actor, call->arg);
	if (fd >= 0) {
		*failed = !fail_nth_disarm(fd);
		close(fd);
	}
	actor->failing = false;
	actor->fail_fd = -1;
	if (*failed)
		atomic_fetch_add(&actor->world->shared->nr_failed, 1);
	return result;
}

uint32_t actor_spare(struct actor *actor)
{
	return actor->failing ? fail_nth_disarm(actor->fail_fd) : 0;
}

void actor_spare_no_more(struct actor *actor, uint32_t left)
{
	if (actor->failing)
		fail_nth_arm(actor->fail_fd, left);
}

/*
 * Nobody else does anything, but of what was killed in a race before this one I/O or
 * memory may be left for a moment.
 */
static int run_patiently(struct actor *actor, const struct call *call,
			 bool *failed)
{
	uint64_t end_ns = engine_now_ns() + DYING_MS * 1000000ull;
	int result = run_call(actor, call, call->fail_nth, failed);

	while (actor->strict && !*failed && result == -EBUSY &&
	       engine_now_ns() < end_ns) {
		engine_pause_us(DYING_POLL_US);
		result = run_call(actor, call, call->fail_nth, failed);
	}
	return result;
}

/*
 * What has failed must have left nothing behind: the same works when there is memory
 * again.
 */
static int sweep_call(struct actor *actor, const struct call *call,
		      bool *failed)
{
	int result = run_call(actor, call, actor->turn + 1, failed);

	actor->swept = *failed;
	if (!*failed || !result || result == DONE_NOTHING)
		return result;
	return run_call(actor, call, 0, failed);
}

/*
 * What fails for want of memory may fail in any way, and who finds none where others
 * use it up says so; what is alone fails in no way.
 */
static bool is_right(const struct actor *actor, const struct call *call,
		     bool failed, int result)
{
	if (failed)
		return true;
	if (result == -ENOMEM && !actor->strict &&
	    atomic_load(&actor->world->shared->scarce))
		return true;
	return engine_may(call->op, result) &&
	       (!actor->strict || !result || result == DONE_NOTHING ||
		result >= DONE_BYTE(0));
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
		    unsigned int index)
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
			      atomic_load(&world->shared->race), actor->turn,
			      index, begin_ns);
	bound_begin();
	result = call->sweep ? sweep_call(actor, call, &failed) :
			       run_patiently(actor, call, &failed);
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

bool actor_sweeps(const struct actor_program *program)
{
	for (unsigned int i = 0; i < program->nr_calls; i++)
		if (program->calls[i].sweep)
			return true;
	return false;
}

/* a call may have more allocations than there is time for, but not by far */
static bool has_turn(const struct actor *actor,
		     const struct actor_program *program, uint64_t begin_ns)
{
	if (actor->turn < program->turns)
		return true;
	return actor->swept && actor->turn < SWEEP_MAX_NTH &&
	       !atomic_load(&actor->world->shared->wrong) &&
	       engine_now_ns() - begin_ns < SWEEP_MAX_MS * 1000000ull;
}

void actor_do(struct actor *actor, const struct actor_program *program)
{
	const struct shared *shared = actor->world->shared;
	uint64_t begin_ns = engine_now_ns();

	actor->turn = 0;
	for (; has_turn(actor, program, begin_ns); actor->turn++)
		for (unsigned int i = 0; i < program->nr_calls; i++) {
			if (is_over(shared, program, begin_ns))
				return;
			do_call(actor, &program->calls[i], i);
		}
}

void actor_end(struct actor *actor)
{
	slots_clear(actor->world, actor->slots, SLOT_NR_OWN);
	munmap(actor->host, SLOT_BYTES);
	atomic_store(&actor->log->ended, true);
}
