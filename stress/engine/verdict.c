// SPDX-License-Identifier: GPL-2.0-only
/* What is right, what is wrong, and who said so */
#include "engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static void
first_word(struct world *world, enum oracle oracle, const char *fmt, va_list ap)
{
	struct shared *shared = world->shared;

	if (atomic_exchange(&shared->wrong, true))
		return;
	vsnprintf(shared->text, sizeof(shared->text), fmt, ap);
	atomic_store(&shared->oracle, oracle);
	atomic_store(&shared->told, true);
}

void engine_wrong(struct world *world, enum oracle oracle, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	first_word(world, oracle, fmt, ap);
	va_end(ap);
}

void engine_cannot(struct world *world, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	first_word(world, ORACLE_NONE, fmt, ap);
	va_end(ap);
}

const char *oracle_name(enum oracle oracle)
{
	static const char *const names[] = {
		[ORACLE_NONE] = "none",	      [ORACLE_RESULT] = "result",
		[ORACLE_DATA] = "data",	      [ORACLE_DMA] = "dma-after-reset",
		[ORACLE_MAPPING] = "mapping", [ORACLE_LEAK] = "leak",
		[ORACLE_HANG] = "hang",	      [ORACLE_LOG] = "kernel-log",
		[ORACLE_TAINT] = "taint",     [ORACLE_MODEL] = "model",
		[ORACLE_DIED] = "died",
	};

	return names[oracle];
}

bool engine_may(const struct op *op, int result)
{
	if (!result || result == DONE_NOTHING || result >= DONE_BYTE(0))
		return true;
	for (const int *may = op->may; may && *may; may++)
		if (*may == result)
			return true;
	return false;
}

const char *engine_result_text(int result, char text[32])
{
	if (result == DONE_NOTHING)
		snprintf(text, 32, "nothing to do");
	else if (result >= DONE_BYTE(0))
		snprintf(text, 32, "byte %#x", result - DONE_BYTE(0));
	else if (result >= DONE_SIGNAL(0))
		snprintf(text, 32, "SIG%s", sigabbrev_np(result - 1000));
	else if (result < 0)
		snprintf(text, 32, "%s", strerrorname_np(-result));
	else
		snprintf(text, 32, "%d", result);
	return text;
}
