/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * actor - devices on the driver barrage-actor
 *
 * It is built with the kernel (kernel/modules); BARRAGE_MODULES is the folder that
 * it is in.
 */
#ifndef ACTOR_H
#define ACTOR_H

#include <barrage/pci.h>

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

#endif
