/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * amplifier - tasks made slow at places of the kernel, see amplifier-uapi.h
 *
 * A kprobe's handler runs with interrupts off: a task that is slow in there keeps
 * from going on whoever flushes its TLB, waits for RCU or patches text, which is
 * whom it is to race with. So the handler only sends the task through amplifier_stub(),
 * as if the function had called it: that is slow in the function's own context,
 * keeps all registers, and comes back to the place, where the handler knows the task
 * again (by its stack pointer) and lets it pass.
 *
 *	point	what user space asked for
 *	place	an instruction: a kprobe, with the points that are there
 *	set	all of an owner, until it clears them
 *	visit	of a task: from the handler until the task passes, or returned
 */
#ifndef AMPLIFIER_H
#define AMPLIFIER_H

#include "amplifier-uapi.h"

#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/sched.h>

#define AMPLIFIER_POINTS_OF_PLACE 8
#define AMPLIFIER_VISITS 128

/** struct amplifier_range - of code, the end excluded */
struct amplifier_range {
	unsigned long start;
	unsigned long end;
};

/**
 * struct amplifier_point - as in amplifier-uapi.h
 * @ask: as it was asked for; @ask.id is that of the initial namespace
 * @callers: none where @ask.caller is empty
 * @passed: as the following, what is told of it
 * @claimed: how many were to act, not to be more than @ask.most
 * @releases: so many times who was held was let go
 */
struct amplifier_point {
	struct barrage_amplifier_point ask;
	struct amplifier_range callers[2];
	atomic64_t passed;
	atomic64_t claimed;
	atomic64_t acted;
	atomic64_t met;
	atomic64_t lapsed;
	atomic64_t spared;
	atomic64_t delayed_ns;
	atomic_t waiting;
	atomic_t releases;
};

/**
 * struct amplifier_place - an instruction
 * @nr: points there; grows while the probe is armed
 */
struct amplifier_place {
	struct kprobe probe;
	struct amplifier_set *set;
	struct list_head node;
	unsigned int nr;
	struct amplifier_point *points[AMPLIFIER_POINTS_OF_PLACE];
};

/**
 * struct amplifier_set - all points of an owner
 * @ended: nothing is to happen any more
 * @tgid: of the owner, in the initial namespace
 * @nr_visits: who may use this
 * @atomic_until_ns: CLOCK_MONOTONIC; four times as much as was spent in what must
 *	not be long, see amplifier-wait.c
 * @meetings: see amplifier-wait.c
 * @node: of the ended sets, while there are visits
 */
struct amplifier_set {
	bool ended;
	pid_t tgid;
	atomic_t nr_visits;
	atomic64_t atomic_until_ns;
	atomic64_t meetings[BARRAGE_AMPLIFIER_MEETINGS];
	struct list_head places;
	struct list_head node;
	unsigned int nr;
	struct amplifier_point points[BARRAGE_AMPLIFIER_POINTS];
};

/**
 * enum amplifier_state - of a visit
 * @AMPLIFIER_BUSY: in amplifier_begin() or amplifier_end()
 * @AMPLIFIER_PASSES: is about to come to the place again, and is over then
 * @AMPLIFIER_ENTERS: the same, and will return
 * @AMPLIFIER_INSIDE: in the function
 */
enum amplifier_state {
	AMPLIFIER_BUSY,
	AMPLIFIER_PASSES,
	AMPLIFIER_ENTERS,
	AMPLIFIER_INSIDE,
};

/**
 * struct amplifier_visit - of the task in the same element of another array
 * @set: NULL where there is none
 * @sp: stack pointer with which it came to the place; with which it will again
 * @due: points that act, and at which of their passings this is
 */
struct amplifier_visit {
	struct amplifier_set *set;
	struct amplifier_place *place;
	enum amplifier_state state;
	unsigned long sp;
	unsigned int nr;
	struct {
		struct amplifier_point *point;
		u64 passing;
	} due[AMPLIFIER_POINTS_OF_PLACE];
};

/* amplifier-place.c: with the file's lock held */
int amplifier_callers_find(struct amplifier_point *point);
struct amplifier_place *
amplifier_place_get(struct amplifier_set *set,
		    const struct amplifier_point *point);
int amplifier_place_arm(struct amplifier_place *place);

/* amplifier-set.c: with the file's lock held */
struct amplifier_set *amplifier_set_new(pid_t tgid);
void amplifier_set_end(struct amplifier_set *set);
void amplifier_sets_reap(void);
int amplifier_set_add(struct amplifier_set *set,
		      struct barrage_amplifier_point *ask);

/* amplifier-draw.c: in the handler */
u64 amplifier_random(u64 seed, u64 nth);
bool amplifier_draw(const struct amplifier_set *set,
		    struct amplifier_point *point, const struct pt_regs *regs,
		    bool in_task, u64 *passing);

/* amplifier-visit.c */
int amplifier_hit(struct kprobe *probe, struct pt_regs *regs);
void amplifier_visits_forget(const struct amplifier_set *set);

/* amplifier-wait.c: in the task's own context */
void amplifier_act(struct amplifier_set *set, struct amplifier_point *point,
		   u64 passing);

/* amplifier-stub.S, and what it calls */
void amplifier_stub(void);
bool amplifier_begin(struct amplifier_visit *visit);
void amplifier_end(struct amplifier_visit *visit);

#endif
