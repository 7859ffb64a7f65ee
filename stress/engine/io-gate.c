// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <unistd.h>

#define POLL_US 200

/* until it is zero */
static bool await_none(const _Atomic int32_t *count, unsigned int limit_ms)
{
	uint64_t end_ns = engine_now_ns() + limit_ms * 1000000ull;

	while (atomic_load(count) > 0) {
		if (engine_now_ns() > end_ns)
			return false;
		engine_pause_us(POLL_US);
	}
	return true;
}

bool gate_enter(struct world *world)
{
	struct shared *shared = world->shared;

	atomic_fetch_add(&shared->nr_inside, 1);
	if (!atomic_load(&shared->nr_closed))
		return true;
	atomic_fetch_sub(&shared->nr_inside, 1);
	return false;
}

void gate_leave(struct world *world)
{
	atomic_fetch_sub(&world->shared->nr_inside, 1);
}

void gate_take_off(struct world *world)
{
	atomic_fetch_add(&world->shared->nr_flying, 1);
}

void gate_land(struct world *world)
{
	/* first: who sees that nothing flies is to know since when */
	atomic_store(&world->shared->landed_ns, engine_now_ns());
	atomic_fetch_sub(&world->shared->nr_flying, 1);
}

bool gate_close(struct world *world, unsigned int limit_ms)
{
	atomic_fetch_add(&world->shared->nr_closed, 1);
	return await_none(&world->shared->nr_inside, limit_ms);
}

bool gate_await_landed(struct world *world, unsigned int limit_ms)
{
	return await_none(&world->shared->nr_flying, limit_ms);
}

void gate_open(struct world *world)
{
	atomic_fetch_sub(&world->shared->nr_closed, 1);
}
