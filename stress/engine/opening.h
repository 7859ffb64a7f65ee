/* SPDX-License-Identifier: GPL-2.0-only */
/* opening - a device that was closed in a race is tried until it can be opened */
#ifndef STRESS_OPENING_H
#define STRESS_OPENING_H

#include "engine.h"

/* how long it is tried, and how long who watches is to be told */
#define OPENING_LIMIT_S 20

/**
 * opening_await - wait a little, before the next try to open it
 * @world: of the device
 * @begin_ns: when the first try was, by engine_now_ns()
 * @what: which device, for people
 * @why: of device_join(), which failed
 *
 * What was mapped by its file keeps a device open, and I/O the memory: hence the wait.
 * OPENING_LIMIT_S since the first try are engine_wrong().
 *
 * Return: false where it has been that long: to be given up.
 */
bool opening_await(struct world *world, uint64_t begin_ns, const char *what,
		   const char *why);

#endif
