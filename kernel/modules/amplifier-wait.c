// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a task is slow: in its own context, which may be any but an interrupt, so
 * that no lock is taken and nobody woken.
 *
 * What is atomic, or in a reader of RCU, must not be long, or the kernel complains.
 * One visit is limited. So that many visits of one atomic section do not add up,
 * each makes the set wait for three times as long before others may: all of them are
 * a quarter of the time at most, but for a burst.
 */
#include "amplifier.h"

#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>

#define ATOMIC_SHARE 4
#define ATOMIC_BURST_NS (10 * NSEC_PER_SEC)

static bool may_be_long(const struct amplifier_set *set, u64 now)
{
	s64 until = atomic64_read(&set->atomic_until_ns);

	return until - (s64)now < ATOMIC_BURST_NS;
}

static void was_long(struct amplifier_set *set, u64 now, u64 ns)
{
	s64 until = atomic64_read(&set->atomic_until_ns);

	while (!atomic64_try_cmpxchg(&set->atomic_until_ns, &until,
				     max_t(s64, until, now) +
					     ATOMIC_SHARE * ns))
		;
}

static bool go_on(const struct amplifier_set *set, u64 end)
{
	cpu_relax();
	return !READ_ONCE(set->ended) && ktime_get_mono_fast_ns() < end;
}

static void delay(const struct amplifier_set *set,
		  const struct barrage_amplifier_point *ask, u64 passing,
		  u64 limit)
{
	u64 us = ask->least_us, end;

	/* not the number that decided whether to come here */
	us += amplifier_random(~ask->seed, passing) %
	      (ask->most_us - ask->least_us + 1);
	end = min(ktime_get_mono_fast_ns() + us * NSEC_PER_USEC, limit);
	while (us && go_on(set, end))
		;
}

static void hold(const struct amplifier_set *set, struct amplifier_point *point,
		 u64 end)
{
	/* who sees that a task waits has to be able to release it */
	int releases = atomic_read_acquire(&point->releases);

	atomic_inc_return(&point->waiting);
	while (atomic_read(&point->releases) == releases && go_on(set, end))
		;
	if (atomic_read(&point->releases) == releases)
		atomic64_inc(&point->lapsed);
	atomic_dec(&point->waiting);
}

/*
 * A meeting is one number: for each side 16 bits of how many wait, and 16 of how
 * many of those have been met and do not know yet.
 */
#define WAITS(side) (1ull << (32 * (side)))
#define IS_MET(side) (1ull << (32 * (side) + 16))

static unsigned int nr_waiting(u64 meeting, unsigned int side)
{
	return meeting >> (32 * side) & 0xffff;
}

static unsigned int nr_met(u64 meeting, unsigned int side)
{
	return meeting >> (32 * side + 16) & 0xffff;
}

/* Meet who waits on the other side, or wait: true where somebody was there. */
static bool arrive(atomic64_t *meeting, unsigned int side, bool wait)
{
	s64 old = atomic64_read(meeting);
	bool meets;
	u64 new;

	do {
		meets = nr_waiting(old, !side) > nr_met(old, !side);
		if (!meets && !wait)
			return false;
		new = old + (meets ? IS_MET(!side) : WAITS(side));
	} while (!atomic64_try_cmpxchg(meeting, &old, new));
	return meets;
}

/* Wait no longer, if that is the end of it or somebody came. */
static bool leave(atomic64_t *meeting, unsigned int side, bool at_end,
		  bool *met)
{
	s64 old = atomic64_read(meeting);
	u64 new;

	do {
		*met = nr_met(old, side);
		if (!*met && !at_end)
			return false;
		new = old - WAITS(side) - (*met ? IS_MET(side) : 0);
	} while (!atomic64_try_cmpxchg(meeting, &old, new));
	return true;
}

static void meet(struct amplifier_set *set, struct amplifier_point *point,
		 u64 end)
{
	atomic64_t *meeting = &set->meetings[point->ask.meeting];
	unsigned int side = point->ask.side;
	bool met, at_end = false;

	if (arrive(meeting, side, point->ask.wait_us)) {
		atomic64_inc(&point->met);
		return;
	}
	if (!point->ask.wait_us)
		return;
	atomic_inc(&point->waiting);
	while (!leave(meeting, side, at_end, &met))
		at_end = !go_on(set, end);
	atomic_dec(&point->waiting);
	atomic64_inc(met ? &point->met : &point->lapsed);
}

/**
 * amplifier_act - make the current task slow, as a point says
 * @set: of the point
 * @point: what
 * @passing: of the point
 */
void amplifier_act(struct amplifier_set *set, struct amplifier_point *point,
		   u64 passing)
{
	const struct barrage_amplifier_point *ask = &point->ask;
	u64 start = ktime_get_mono_fast_ns(), limit, ns;
	bool can_sleep = preemptible();
	bool is_short = !can_sleep || rcu_preempt_depth();

	if (is_short && !may_be_long(set, start)) {
		atomic64_inc(&point->spared);
		if (ask->most)
			atomic64_dec(&point->claimed);
		return;
	}
	atomic64_inc(&point->acted);
	limit = can_sleep ? BARRAGE_AMPLIFIER_MAX_WAIT_US +
				    BARRAGE_AMPLIFIER_MAX_US :
			    BARRAGE_AMPLIFIER_MAX_US;
	limit = start + limit * NSEC_PER_USEC;
	ns = min(start + ask->wait_us * NSEC_PER_USEC, limit);
	if (ask->kind == BARRAGE_AMPLIFIER_HOLD)
		hold(set, point, ns);
	else if (ask->kind == BARRAGE_AMPLIFIER_MEET)
		meet(set, point, ns);
	delay(set, ask, passing, limit);
	ns = ktime_get_mono_fast_ns() - start;
	atomic64_add(ns, &point->delayed_ns);
	if (is_short)
		was_long(set, start, ns);
}
