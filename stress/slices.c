// SPDX-License-Identifier: GPL-2.0-only
#include "slices.h"

#include <string.h>

#include <barrage/log.h>

#include "errand.h"
#include "interrupt.h"
#include "ledger-trend.h"
#include "mix.h"
#include "registry.h"

#define MAX_SLICE_S 10.0
#define SEED_STEP 0x9e3779b97f4a7c15ull

static bool is_for_each(const struct stress_options *options,
			const struct stress_scenario *scenario)
{
	return options->each_provider || scenario->each_provider;
}

static double slice_of(const struct stress_options *options,
		       const struct stress_scenario *scenario)
{
	double part = options->duration_s / (options->nr_providers ?: 1);

	if (!is_for_each(options, scenario))
		return options->duration_s;
	return part < MAX_SLICE_S ? part : MAX_SLICE_S;
}

/*
 * What came before counts, and the last says how it ended. What was between them is
 * time as well: @before_s is from the first of them to the begin of this one.
 */
static void add(struct outcome *sum, const struct outcome *slice,
		double before_s)
{
	struct outcome before = *sum;

	*sum = *slice;
	sum->rounds += before.rounds;
	sum->nr_calls += before.nr_calls;
	sum->nr_passed += before.nr_passed;
	sum->nr_delayed += before.nr_delayed;
	sum->nr_failed += before.nr_failed;
	sum->nr_seen_by_host += before.nr_seen_by_host;
	sum->nr_seen_by_device += before.nr_seen_by_device;
	sum->seconds += before_s;
}

/*
 * false: there is none, or what was there before makes the kernel complain now; which
 * the outcome tells
 */
static bool go_on(const struct stress_options *options, struct machine *machine,
		  const struct stress_scenario *scenario,
		  struct outcome *outcome)
{
	int ret = is_for_each(options, scenario) ?
			  errand_use_next(machine, registry_needs(scenario)) :
			  0;

	watch_after(options, machine, outcome);
	if (ret && outcome->status == STRESS_PASS)
		outcome_error(outcome, brg_last_error());
	return outcome->status == STRESS_PASS;
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
	       !interrupt_came() &&
	       (!options->iterations || outcome->rounds < options->iterations);
}

/*
 * A mix goes on when it has done what there is for a provider, however long that
 * takes. false: there is nothing.
 */
static bool is_mixed(const struct races *races, struct stress_options *part)
{
	unsigned int nr = mix_nr(races);

	if (!part->iterations || part->iterations > nr)
		part->iterations = nr;
	return nr;
}

static struct races races_of(const struct machine *machine,
			     const struct stress_scenario *scenario,
			     uint64_t seed)
{
	struct races races = {
		.scenario = scenario,
		.seed = seed,
		.has = machine->has,
		.nr_earlier = machine->in_use,
	};

	for (unsigned int i = 0; i < races.nr_earlier; i++)
		races.earlier[i] = machine->common | machine->providers[i].has;
	return races;
}

/* --race: as bundles have it, with those before it */
static void choose(const struct stress_options *options, struct races *races)
{
	static struct races drawn;

	if (!options->chosen)
		return;
	drawn = *races;
	races_keep(&drawn, options->race, races);
}

void slices_run(const struct stress_options *options, struct machine *machine,
		const struct stress_scenario *scenario, struct outcome *outcome)
{
	double slice_s = scenario->strangers ? options->duration_s :
					       slice_of(options, scenario);
	unsigned int nr = 0, nr_empty = 0, cycle = 0;
	unsigned int first = machine->in_use;
	uint64_t begin_ns = engine_now_ns();
	struct stress_options part;
	uint64_t seed = options->seed;

	*outcome = (struct outcome){ .status = STRESS_PASS };
	machine->trend = ledger_trend_open(
		is_for_each(options, scenario) ? options->nr_providers : 1);
	while (is_left(options, outcome, slice_s, &part)) {
		struct races races;
		struct outcome slice;
		double before_s;

		if (nr++ && !go_on(options, machine, scenario, outcome))
			break;
		cycle += nr > 1 && machine->in_use == first;
		races = races_of(machine, scenario, seed);
		races.cycle = cycle;
		/* as large as a record can hold */
		if (!options->chosen)
			seed = (seed + SEED_STEP) & INT64_MAX;
		if (scenario->strangers && !is_mixed(&races, &part)) {
			if (nr_empty++ <
			    (MIX_EMPTY_CYCLES + 1) * options->nr_providers)
				continue;
			outcome_error(outcome,
				      "there is no race for these devices");
			break;
		}
		nr_empty = 0;
		choose(options, &races);
		before_s = (double)(engine_now_ns() - begin_ns) / 1e9;
		watch_races(&part, machine, &races, &slice);
		add(outcome, &slice, before_s);
	}
	ledger_trend_close(machine->trend);
	machine->trend = NULL;
	if (outcome->status == STRESS_PASS && !outcome->rounds) {
		outcome->status = STRESS_SKIP;
		strcpy(outcome->text, "interrupted before the first race");
	}
	watch_after(options, machine, outcome);
}
