// SPDX-License-Identifier: GPL-2.0-only
#include "opening.h"

#ifndef OPENING_LIMIT_NS
#define OPENING_LIMIT_NS (OPENING_LIMIT_S * 1000000000ull)
#endif
#define OPENING_POLL_US 500

bool opening_await(struct world *world, uint64_t begin_ns, const char *what,
		   const char *why)
{
	if (engine_now_ns() - begin_ns > OPENING_LIMIT_NS) {
		engine_wrong(world, ORACLE_HANG,
			     "%s was closed, and cannot be opened again: %s",
			     what, why);
		return false;
	}
	engine_pause_us(OPENING_POLL_US);
	return true;
}
