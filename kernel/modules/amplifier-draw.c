// SPDX-License-Identifier: GPL-2.0-only
/* Whether a task that came to a place is meant, and whether it is to be slow. */
#include "amplifier.h"

#include <linux/rcupdate.h>

/* A process that is further away from the owner is none of its descendants. */
#define MAX_GENERATIONS 64

/**
 * amplifier_random - the nth number that follows from a seed, splitmix64
 * @seed: any
 * @nth: any
 *
 * Return: 64 bits, each as good as another.
 */
u64 amplifier_random(u64 seed, u64 nth)
{
	u64 value = seed + nth * 0x9e3779b97f4a7c15ull;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
	value = (value ^ value >> 27) * 0x94d049bb133111ebull;
	return value ^ value >> 31;
}
NOKPROBE_SYMBOL(amplifier_random);

/* Preemption is off: no task that is reached goes away. */
static bool descends_from(pid_t tgid)
{
	struct task_struct *task = current;
	int i;

	for (i = 0; i < MAX_GENERATIONS && task->pid; i++) {
		if (task->tgid == tgid)
			return true;
		task = rcu_dereference_sched(task->real_parent);
	}
	return false;
}
NOKPROBE_SYMBOL(descends_from);

static bool is_whom(const struct amplifier_set *set,
		    const struct barrage_amplifier_point *ask, bool in_task)
{
	switch (ask->whom) {
	case BARRAGE_AMPLIFIER_ANY:
		return true;
	case BARRAGE_AMPLIFIER_RUN:
		return in_task && descends_from(set->tgid);
	case BARRAGE_AMPLIFIER_PROCESS:
		return in_task && current->tgid == ask->id;
	case BARRAGE_AMPLIFIER_THREAD:
		return in_task && current->pid == ask->id;
	}
	return false;
}
NOKPROBE_SYMBOL(is_whom);

static bool is_called_from(const struct amplifier_point *point,
			   const struct pt_regs *regs)
{
	unsigned long from;
	int i;

	if (!point->ask.caller[0])
		return true;
	/* that of the call, which may be the function's last instruction */
	from = *(unsigned long *)regs->sp - 1;
	for (i = 0; i < ARRAY_SIZE(point->callers); i++) {
		if (from >= point->callers[i].start &&
		    from < point->callers[i].end)
			return true;
	}
	return false;
}
NOKPROBE_SYMBOL(is_called_from);

/**
 * amplifier_draw - count a task that is meant; is it to be slow?
 * @set: of the point
 * @point: of the place where somebody is
 * @regs: of who is there
 * @in_task: @regs are of a task, not of an interrupt
 * @passing: receives which passing of the point this is, from 1
 *
 * Return: whether it is.
 */
bool amplifier_draw(const struct amplifier_set *set,
		    struct amplifier_point *point, const struct pt_regs *regs,
		    bool in_task, u64 *passing)
{
	const struct barrage_amplifier_point *ask = &point->ask;

	if (!is_whom(set, ask, in_task) || !is_called_from(point, regs))
		return false;
	*passing = atomic64_inc_return(&point->passed);
	if (*passing <= ask->after ||
	    amplifier_random(ask->seed, *passing) >> 48 >= ask->probability)
		return false;
	if (!ask->most)
		return true;
	return atomic64_add_unless(&point->claimed, 1, ask->most);
}
NOKPROBE_SYMBOL(amplifier_draw);
