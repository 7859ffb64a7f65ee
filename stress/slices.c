// SPDX-License-Identifier: GPL-2.0-only
#include "slices.h"

#include <stdio.h>
#include <string.h>

#include <barrage/log.h>

#include "registry.h"

#define MAX_SLICE_S 10.0
#define SEED_STEP 0x9e3779b97f4a7c15ull

static double slice_of(const struct stress_options *options,
		       const struct stress_scenario *scenario)
{
	double part = options->duration_s / (options->nr_providers ?: 1);

	if (!scenario->each_provider)
		return options->duration_s;
	return part < MAX_SLICE_S ? part : MAX_SLICE_S;
}

/* What came before counts, and the last says how it ended. */
static void add(struct outcome *sum, const struct outcome *slice)
{
	struct outcome before = *sum;

	*sum = *slice;
	sum->rounds += before.rounds;
	sum->nr_calls += before.nr_calls;
	sum->nr_passed += before.nr_passed;
	sum->nr_delayed += before.nr_delayed;
	sum->seconds += before.seconds;
	if (slice->status == STRESS_FAIL)
		sum->round += before.rounds;
}

/* false: there is none, which the outcome tells */
static bool go_on(struct machine *machine,
		  const struct stress_scenario *scenario,
		  struct outcome *outcome)
{
	if (!scenario->each_provider ||
	    !machine_use_next(machine, registry_needs(scenario)))
		return true;
	outcome->status = STRESS_ERROR;
	snprintf(outcome->text, sizeof(outcome->text), "%s", brg_last_error());
	return false;
}

/* of the slice that comes next; false: there is none */
static bool is_left(const struct stress_options *options,
		    const struct outcome *outcome, double slice_s,
		    struct stress_options *part)
{
	double left_s = options->duration_s - outcome->seconds;

	*part = *options;
	part->duration_s = left_s < slice_s ? left_s : slice_s;
	if (options->iterations)
		part->iterations = options->iterations - outcome->rounds;
	return outcome->status == STRESS_PASS && left_s > 0 &&
	       (!options->iterations || outcome->rounds < options->iterations);
}

void slices_run(const struct stress_options *options, struct machine *machine,
		const struct stress_scenario *scenario, struct outcome *outcome)
{
	double slice_s = slice_of(options, scenario);
	struct stress_options part;
	uint64_t seed = options->seed;

	*outcome = (struct outcome){ .status = STRESS_PASS };
	while (is_left(options, outcome, slice_s, &part)) {
		struct races races = { .scenario = scenario, .seed = seed };
		struct outcome slice;

		if (outcome->rounds && !go_on(machine, scenario, outcome))
			break;
		races.has = machine->has;
		watch_races(&part, machine, &races, &slice);
		add(outcome, &slice);
		/* as large as a record can hold */
		seed = (seed + SEED_STEP) & INT64_MAX;
	}
}
