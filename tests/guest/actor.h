/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * actor - devices on the driver barrage-actor, and threads made slow
 *
 * Both modules are built with the kernel (kernel/modules); BARRAGE_MODULES is
 * the folder that they are in.
 */
#ifndef ACTOR_H
#define ACTOR_H

#include <barrage/pci.h>

#include <stdbool.h>
#include <sys/types.h>

/** struct actor - one device; zeroed, it is none */
struct actor {
	const char *bdf;
	struct brg_pci_binding binding;
};

/** actor_bind - give the device of a role to the driver */
void actor_bind(struct actor *actor, const char *role);

/** actor_unbind - take it away; harmless for none */
void actor_unbind(struct actor *actor);

/** actor_do - one command, as kernel/modules/actor.c has them; 0 or -errno */
int actor_do(const struct actor *actor, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * stretch_start - make a thread slow at one place, once
 * @function: of the kernel
 * @at_return: where it returns, otherwise where it begins
 * @tid: the thread
 * @ms: how long
 */
void stretch_start(const char *function, bool at_return, pid_t tid,
		   unsigned int ms);

/** stretch_await - wait, bounded, until the thread is there */
void stretch_await(void);

/** stretch_end - harmless without a start */
void stretch_end(void);

#endif
