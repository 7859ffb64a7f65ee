// SPDX-License-Identifier: GPL-2.0-only
/* The kprobe's handler, and the way of a task through amplifier_stub(). */
#include "amplifier.h"

#include <linux/preempt.h>
#include <linux/sched/task_stack.h>

/* Of amplifier-stub.S: copies of arguments, the visit and two return addresses. */
#define BELOW_WHEN_CALLED (16 * 8 + 3 * 8)
#define COPIED_FROM_ABOVE (8 + 16 * 8)

/* For the stub, and for the interrupts that come while it is slow. */
#define STACK_ROOM 2048

/* Whose visit it is; NULL: nobody's. Apart, as each hit looks through them all. */
static struct task_struct *visitors[AMPLIFIER_VISITS];
static struct amplifier_visit visits[AMPLIFIER_VISITS];

static __always_inline void visit_free(struct amplifier_visit *visit)
{
	WRITE_ONCE(visit->set, NULL);
	/* pairs with the cmpxchg() of who takes it next */
	smp_store_release(&visitors[visit - visits], NULL);
}

static struct amplifier_visit *visit_alloc(void)
{
	int i;

	for (i = 0; i < AMPLIFIER_VISITS; i++) {
		if (!READ_ONCE(visitors[i]) &&
		    !cmpxchg(&visitors[i], NULL, current))
			return &visits[i];
	}
	return NULL;
}
NOKPROBE_SYMBOL(visit_alloc);

/*
 * Is this no new hit? A task comes again after amplifier_begin(), and whatever the
 * functions here call may be probed too.
 */
static bool is_known(const struct amplifier_place *place, unsigned long sp)
{
	struct amplifier_visit *visit;
	int i;

	for (i = 0; i < AMPLIFIER_VISITS; i++) {
		if (READ_ONCE(visitors[i]) != current)
			continue;
		visit = &visits[i];
		if (visit->state == AMPLIFIER_BUSY)
			return true;
		if (visit->place != place || visit->sp != sp)
			continue;
		if (visit->state == AMPLIFIER_PASSES) {
			visit_free(visit);
			return true;
		}
		if (visit->state == AMPLIFIER_ENTERS) {
			visit->state = AMPLIFIER_INSIDE;
			return true;
		}
	}
	return false;
}
NOKPROBE_SYMBOL(is_known);

/*
 * Did the task itself come here, with room on its stack for the stub? An interrupt
 * may use its stack too, if it came from user mode. The breakpoint counts as an NMI,
 * and that as an interrupt.
 */
static bool is_in_task(const struct pt_regs *regs)
{
	unsigned long stack = (unsigned long)task_stack_page(current);
	unsigned long nr = hardirq_count() >> HARDIRQ_SHIFT;

	return nr == !!in_nmi() && !in_serving_softirq() &&
	       regs->sp >= stack + STACK_ROOM &&
	       regs->sp + COPIED_FROM_ABOVE <= stack + THREAD_SIZE;
}
NOKPROBE_SYMBOL(is_in_task);

static void spare(const struct amplifier_visit *visit)
{
	int i;

	for (i = 0; i < visit->nr; i++) {
		atomic64_inc(&visit->due[i].point->spared);
		if (visit->due[i].point->ask.most)
			atomic64_dec(&visit->due[i].point->claimed);
	}
}
NOKPROBE_SYMBOL(spare);

/* The entry code has left room for that much below the task's stack pointer. */
static void send_to_stub(struct pt_regs *regs, struct amplifier_visit *visit)
{
	unsigned long *stack = (unsigned long *)regs->sp - 2;

	visit->sp = regs->sp;
	stack[0] = (unsigned long)visit;
	stack[1] = (unsigned long)visit->place->probe.addr;
	regs->sp = (unsigned long)stack;
	regs->ip = (unsigned long)amplifier_stub;
}
NOKPROBE_SYMBOL(send_to_stub);

/**
 * amplifier_hit - the handler of the kprobe of a place
 * @probe: of the place
 * @regs: of who came there; changed where it is sent elsewhere
 *
 * Return: 1 where the task goes elsewhere, 0 where it goes on.
 */
int amplifier_hit(struct kprobe *probe, struct pt_regs *regs)
{
	struct amplifier_place *place =
		container_of(probe, struct amplifier_place, probe);
	struct amplifier_set *set = place->set;
	struct amplifier_visit found = { .set = set, .place = place };
	bool in_task = is_in_task(regs);
	struct amplifier_visit *visit;
	unsigned int nr, i;

	if (READ_ONCE(set->ended) || is_known(place, regs->sp))
		return 0;
	/* pairs with amplifier_set_add() */
	nr = smp_load_acquire(&place->nr);
	for (i = 0; i < nr; i++) {
		if (amplifier_draw(set, place->points[i], regs, in_task,
				   &found.due[found.nr].passing))
			found.due[found.nr++].point = place->points[i];
	}
	if (!found.nr)
		return 0;
	visit = in_task ? visit_alloc() : NULL;
	if (!visit) {
		spare(&found);
		return 0;
	}
	/* until amplifier_begin() or amplifier_end() is done with it */
	atomic_inc(&set->nr_visits);
	*visit = found;
	send_to_stub(regs, visit);
	return 1;
}
NOKPROBE_SYMBOL(amplifier_hit);

/* Returns whether there is something to be done at the other end as well. */
static bool act_at(struct amplifier_visit *visit, bool at_return)
{
	struct amplifier_point *point;
	bool more = false, returns;
	int i;

	for (i = 0; i < visit->nr; i++) {
		point = visit->due[i].point;
		returns = point->ask.where == BARRAGE_AMPLIFIER_RETURN;
		if (returns == at_return)
			amplifier_act(visit->set, point, visit->due[i].passing);
		else
			more = true;
	}
	return more;
}

/**
 * amplifier_begin - what amplifier_stub() does before the place
 * @visit: of the task
 *
 * From the change of the state on, nothing may be called, as that may be probed and
 * would come here again.
 *
 * Return: whether to call the function, and amplifier_end() then.
 */
asmlinkage bool amplifier_begin(struct amplifier_visit *visit)
{
	struct amplifier_set *set = visit->set;

	if (act_at(visit, false)) {
		visit->sp -= BELOW_WHEN_CALLED;
		barrier(); /* what state is read with, by an interrupt */
		WRITE_ONCE(visit->state, AMPLIFIER_ENTERS);
		return true;
	}
	/*
	 * Where the probe goes away now, the task does not come by: this is
	 * forgotten with the set.
	 */
	WRITE_ONCE(visit->state, AMPLIFIER_PASSES);
	raw_atomic_dec(&set->nr_visits);
	return false;
}

/**
 * amplifier_end - what amplifier_stub() does after the function
 * @visit: over then
 */
asmlinkage void amplifier_end(struct amplifier_visit *visit)
{
	struct amplifier_set *set = visit->set;

	WRITE_ONCE(visit->state, AMPLIFIER_BUSY);
	barrier(); /* whatever follows may be probed */
	if (!READ_ONCE(set->ended))
		act_at(visit, true);
	WRITE_ONCE(visit->set, NULL);
	raw_atomic_dec(&set->nr_visits);
	visit_free(visit);
}

/**
 * amplifier_visits_forget - visits that are waited for in vain
 * @set: ended, without probes, used by nobody
 */
void amplifier_visits_forget(const struct amplifier_set *set)
{
	int i;

	for (i = 0; i < AMPLIFIER_VISITS; i++) {
		if (READ_ONCE(visits[i].set) == set)
			visit_free(&visits[i]);
	}
}
