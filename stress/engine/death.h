/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * death - a child that ends in the middle of what it does
 *
 * It gives back nothing itself: the kernel has to. What it would say of itself in
 * struct shared, its parent says for it, since it may end at any moment.
 *
 *	ret = death_begin(&death);
 *	if (ret > 0) {
 *		...
 *		death_is_at_it(&death);
 *		death_await(&death);
 *	}
 *	if (!ret)
 *		ret = death_end(actor, &death);
 */
#ifndef STRESS_DEATH_H
#define STRESS_DEATH_H

#include "engine.h"

/**
 * struct death - one such child
 * @us: when it dies, from when it begins
 * @killed: by SIGKILL; otherwise it calls _exit() itself
 * @begin_ns: when that was
 * @child: its number
 * @at_it: seen by both
 */
struct death {
	uint32_t us;
	bool killed;
	uint64_t begin_ns;
	pid_t child;
	atomic_bool *at_it;
};

/**
 * death_begin - have a child
 * @death: @us and @killed set
 *
 * It has all mappings and files of its parent.
 *
 * Return: 1 in the child; 0 in the parent; -errno.
 */
int death_begin(struct death *death);

/** death_is_at_it - by the child: what it has begun goes on until it dies */
void death_is_at_it(struct death *death);

/** death_await - by the child: until it is time to die */
void death_await(const struct death *death) __attribute__((noreturn));

/** death_is_due - by the child: has its time come? */
bool death_is_due(const struct death *death);

/**
 * death_await_it - by the parent: until it is at it, or its time has come
 *
 * Return: it is at it.
 */
bool death_await_it(const struct death *death);

/**
 * death_end - by the parent: until it is dead
 *
 * One that does not end by itself is killed. One that outlives that for longer
 * than the slow disk may hold its I/O is engine_wrong(), and is left.
 *
 * Return: 0; DONE_SIGNAL() where it died of another signal.
 */
int death_end(struct actor *actor, struct death *death);

#endif
