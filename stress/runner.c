// SPDX-License-Identifier: GPL-2.0-only
#include "runner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <barrage/kmsg.h>

#include "delays.h"
#include "journal.h"

static bool goes_on(const struct stress_options *options,
		    const struct machine *machine, struct runner *runner,
		    uint64_t end_ns)
{
	uint64_t done = atomic_load(&runner->rounds);

	if (atomic_load(&runner->stop) ||
	    atomic_load(&machine->world.shared->wrong))
		return false;
	if (options->iterations && done >= options->iterations)
		return false;
	return engine_now_ns() < end_ns;
}

/* If the machine stops, its log says which race it was: see --race. */
static void mark(uint64_t round)
{
	char text[40];

	snprintf(text, sizeof(text), JOURNAL_RACE "%" PRIu64, round);
	brg_kmsg_note(text);
}

static void run_all(const struct stress_options *options,
		    struct machine *machine, const struct races *races,
		    struct delays *delays, struct runner *runner)
{
	const struct stress_scenario *scenario;
	static struct program program;
	uint64_t now_ns = engine_now_ns();
	uint64_t end_ns = now_ns + (uint64_t)(options->duration_s * 1e9);

	atomic_store(&runner->first_ns, now_ns);
	while (goes_on(options, machine, runner, end_ns)) {
		uint64_t round = atomic_load(&runner->rounds);

		scenario = races_get(races, round, &program);
		mark(round);
		delays_set(delays, &program);
		memcpy(runner->offsets[round % RUNNER_OFFSETS], delays->offsets,
		       sizeof(delays->offsets));
		atomic_store(&runner->begin_ns, engine_now_ns());
		atomic_fetch_add(&runner->rounds, 1);
		atomic_store(&machine->world.shared->race, (uint32_t)round);
		engine_race(&machine->world, &program);
		if (scenario && scenario->check)
			scenario->check(&machine->world, &program);
		world_quiet(&machine->world);
	}
}

int runner_main(const struct stress_options *options, struct machine *machine,
		const struct races *races, struct runner *runner)
{
	struct world *world = &machine->world;
	struct delays delays;

	/* to open the device may be what does not end */
	atomic_store(&runner->begin_ns, engine_now_ns());
	touch_init();
	if (world_open(world, runner->why)) {
		world_close(world);
		return STRESS_ERROR;
	}
	delays_open(&delays, options->delays);
	run_all(options, machine, races, &delays, runner);
	delays_close(&delays);
	atomic_store(&runner->nr_passed, delays.nr_passed);
	atomic_store(&runner->nr_delayed, delays.nr_delayed);
	/* and so may be to close it */
	atomic_store(&runner->begin_ns, engine_now_ns());
	world_close(world);
	atomic_store(&runner->ended, true);
	return STRESS_PASS;
}
