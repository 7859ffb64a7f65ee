// SPDX-License-Identifier: GPL-2.0-only
/*
 * Race: the last page of P2P memory comes back from I/O while somebody waits for
 * it, to take the memory off the bus.
 *
 * Oracle: who waits goes on at once. It looks by itself as well, but after the
 * first second only once a second: one that is late thrice in a row by half a
 * second, in the middle between two looks, was not woken.
 *
 * Provenance: hazard 10. Whether anybody sleeps is looked at without a lock when
 * a page is freed: without a barrier, or without a wake up, the wait takes its
 * whole timeout.
 */
#include "../stress.h"

static const struct stress_step before[] = {
	STEP(register, ONLY(0), ONLY(1)),
	{},
};

static const struct stress_step wakers[] = {
	STEP(wake, ONLY(0)),
	{},
};

static const struct stress_step after[] = {
	STEP(expect_free),
	STEP(unregister),
	{},
};

SCENARIO(wake_of_waiter) = {
	.name = "wake-of-waiter",
	.summary = "the last page comes back while COMMAND.MEM=0 waits for it",
	.hazards = { 10 },
	.before = before,
	.actors = {
		{ .name = "waker", .steps = wakers, .in_order = true },
	},
	.after = after,
	.alone = true,
	.pace = STRESS_SLOW,
};
