/* SPDX-License-Identifier: GPL-2.0-only */
/* batch-own - batches of writes: each piece has blocks of the actor's own (own.h) */
#ifndef STRESS_BATCH_OWN_H
#define STRESS_BATCH_OWN_H

#include "batch.h"
#include "own.h"

/**
 * batch_own_fill - say where each piece goes, and put there what it is to bring
 *
 * Return: 0; DONE_SIGNAL() where memory was taken away; -errno.
 */
int batch_own_fill(struct actor *actor, const struct own *own,
		   struct batch *batch);

/**
 * batch_own_judge - read them back: engine_wrong() where they are not as written
 *
 * Those that were written whole; others prove nothing.
 */
void batch_own_judge(struct actor *actor, const struct own *own,
		     const struct batch *batch);

#endif
