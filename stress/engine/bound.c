// SPDX-License-Identifier: GPL-2.0-only
#include "bound.h"

/* the first call of the operation that was late; none where @what is NULL */
static _Thread_local struct {
	const char *what;
	uint64_t took_ms;
	uint64_t bound_ms;
} late;

void bound_begin(void)
{
	late.what = NULL;
}

void bound_note(const struct world *world, const char *what, uint64_t begin_ns,
		uint64_t bound_ms, uint64_t flying_ms)
{
	const struct shared *shared = world->shared;
	bool flying = atomic_load(&shared->nr_flying) > 0;
	uint64_t landed_ns = atomic_load(&shared->landed_ns);
	uint64_t took_ms;

	if (late.what || (flying && !flying_ms))
		return;
	if (!flying && landed_ns > begin_ns)
		begin_ns = landed_ns;
	if (flying && flying_ms > bound_ms)
		bound_ms = flying_ms;
	if (atomic_load(&shared->delayed))
		bound_ms += BOUND_DELAYS_MS;
	took_ms = (engine_now_ns() - begin_ns) / 1000000;
	if (took_ms <= bound_ms)
		return;
	late.what = what;
	late.took_ms = took_ms;
	late.bound_ms = bound_ms;
}

void bound_judge(struct world *world)
{
	if (late.what)
		engine_wrong(
			world, ORACLE_HANG,
			"%s took %llu ms, not counting I/O that it may wait for; at most %llu expected",
			late.what, (unsigned long long)late.took_ms,
			(unsigned long long)late.bound_ms);
}
