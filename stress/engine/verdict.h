/* SPDX-License-Identifier: GPL-2.0-only */
/* verdict - what is right, what is wrong, and who said so */
#ifndef STRESS_VERDICT_H
#define STRESS_VERDICT_H

#include <stdbool.h>

#include "op.h"

#define ENGINE_TEXT_BYTES 256

struct world;

/* who noticed that something is wrong */
enum oracle {
	ORACLE_NONE, /* nobody; of what is told: see engine_cannot() */
	ORACLE_RESULT, /* an operation ended as it must not */
	ORACLE_DATA, /* a read had succeeded, but did not bring the data */
	ORACLE_DMA, /* memory changed after a reset had returned */
	ORACLE_MAPPING, /* a mapping survived what should have ended it */
	ORACLE_LEAK, /* something never came back */
	ORACLE_HANG, /* something never ended */
	ORACLE_LOG, /* the kernel complained */
	ORACLE_TAINT, /* the kernel says that it is not what it was */
	ORACLE_MODEL, /* it is not what the model of a BAR has */
	ORACLE_DIED, /* a process of the race died */
};

/**
 * engine_wrong - something is wrong with the kernel; the first one counts
 * @world: where it happened
 * @oracle: who noticed
 *
 * May be called by any thread or process of a race. The race goes on.
 */
void engine_wrong(struct world *world, enum oracle oracle, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * engine_cannot - races cannot go on, and the kernel is not to blame
 *
 * As engine_wrong(), the first of both counts. An allocation that was made to fail is no
 * reason to call it.
 */
void engine_cannot(struct world *world, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** oracle_name - for people and records */
const char *oracle_name(enum oracle oracle);

/** engine_may - is this a right result of the operation? */
bool engine_may(const struct op *op, int result);

/** engine_result_text - "0", "EBUSY", "SIGBUS", "nothing to do" */
const char *engine_result_text(int result, char text[32]);

#endif
