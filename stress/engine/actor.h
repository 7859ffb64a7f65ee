/* SPDX-License-Identifier: GPL-2.0-only */
/* actor - one of a race, and what it does call by call */
#ifndef STRESS_ACTOR_H
#define STRESS_ACTOR_H

#include "engine.h"

/* between two looks whether those before are done */
#define ACTOR_ORDER_US 20

/**
 * actor_init - by the thread that is going to be it
 * @actor: to be filled in
 * @world: to what it happens
 * @index: of its part of the arena
 * @log: index in @log of struct shared
 *
 * Return: 0 or -errno.
 */
int actor_init(struct actor *actor, struct world *world, unsigned int index,
	       unsigned int log);

/**
 * actor_do - all turns of a program; a stranger's may end sooner
 *
 * Waits where an operation has an order and those before it are not done. A result
 * that is not right is engine_wrong().
 */
void actor_do(struct actor *actor, const struct actor_program *program);

/**
 * actor_spare - no allocation of this call is to fail for now
 *
 * Return: for actor_spare_no_more().
 */
uint32_t actor_spare(struct actor *actor);

/** actor_spare_no_more - the opposite */
void actor_spare_no_more(struct actor *actor, uint32_t left);

/** actor_sweeps - is there a call whose allocations fail one after the other? */
bool actor_sweeps(const struct actor_program *program);

/**
 * actor_may_sleep - what comes next in this call may take long, and nothing else happens
 * @log: of the actor
 * @seconds: that hardware, or the kernel's driver for it, takes at most; 0: it is over
 *
 * For who looks whether a race hangs: twelve seconds in which nothing happens are
 * too few where a driver waits for hardware. The end of the call ends it.
 */
void actor_may_sleep(struct actor_log *log, unsigned int seconds);

/** actor_end - give back what it has */
void actor_end(struct actor *actor);

#endif
