// SPDX-License-Identifier: GPL-2.0-only
/*
 * barrage-stress - races for a BAR, its memory and its device
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/kmsg.h>
#include <barrage/log.h>

#include "bundle.h"
#include "emit.h"
#include "errand.h"
#include "give-back.h"
#include "interrupt.h"
#include "journal.h"
#include "machine.h"
#include "minimise.h"
#include "options.h"
#include "registry.h"
#include "report.h"
#include "signature.h"
#include "slices.h"
#include "trials.h"
#include "watch.h"

/* a pass is better than a skip; a failure outweighs what it may have led to */
static enum stress_status worse(enum stress_status a, enum stress_status b)
{
	static const int rank[] = {
		[STRESS_SKIP] = 0,  [STRESS_PASS] = 1, [STRESS_ERROR] = 2,
		[STRESS_OTHER] = 3, [STRESS_FAIL] = 4,
	};

	return rank[a] > rank[b] ? a : b;
}

/* what comes after a complaint, and the taint, are of no later scenario's devices */
static void read_on(struct journal *journal, unsigned int left)
{
	char line[400];

	while (journal_next(journal, NULL, &left, line, sizeof(line)) > 0)
		;
	journal_taints(journal, line, sizeof(line));
}

/* has the kernel said what it must not, when they were taken? */
static bool has_complained(struct journal *journal, struct outcome *outcome)
{
	enum oracle oracle = ORACLE_LOG;
	char line[400];
	unsigned int left = JOURNAL_LINES;
	int ret = journal_next(journal, NULL, &left, line, sizeof(line));

	if (ret < 0) {
		outcome_error(outcome, line);
		return true;
	}
	if (ret) {
		read_on(journal, left);
	} else {
		oracle = ORACLE_TAINT;
		ret = journal_taints(journal, line, sizeof(line));
	}
	if (!ret)
		return false;
	outcome->status = STRESS_FAIL;
	outcome->oracle = oracle;
	snprintf(outcome->text, sizeof(outcome->text),
		 "when its devices were taken: %s", line);
	return true;
}

/*
 * Taking a device may make the kernel complain, too, or hang: the log has the
 * scenario's name before that, and may say why it hangs.
 */
static bool take_devices(struct machine *machine,
			 const struct stress_scenario *scenario,
			 struct outcome *outcome)
{
	unsigned int lacks = 0;
	char text[256];
	int ret;

	*outcome = (struct outcome){ .status = STRESS_PASS };
	brg_kmsg_mark(scenario->name);
	ret = errand_use(machine, registry_needs(scenario), &lacks);
	if (machine->stuck) {
		/* of the races before, if there were any */
		watch_after(machine->options, machine, outcome);
		return false;
	}
	if (ret)
		outcome_error(outcome, brg_last_error());
	else if (has_complained(machine->journal, outcome))
		return false;
	if (!ret && lacks) {
		outcome->status = STRESS_SKIP;
		snprintf(outcome->text, sizeof(outcome->text),
			 "this machine lacks: %s",
			 needs_text(lacks, text, sizeof(text)));
	}
	return outcome->status == STRESS_PASS;
}

/* after a scenario; NULL where it goes on */
static const char *why_it_ends(const struct stress_options *options,
			       const struct outcome *outcome)
{
	if (outcome->unkillable)
		return "processes are left that nothing ends";
	if (interrupt_came())
		return "interrupted";
	if (outcome->status == STRESS_PASS || outcome->status == STRESS_SKIP ||
	    options->keep_going)
		return NULL;
	return outcome->status == STRESS_FAIL ?
		       "the kernel may not be what it was; --keep-going goes on" :
		       "the harness failed; --keep-going goes on";
}

static enum stress_status run_all(const struct stress_options *options,
				  struct machine *machine,
				  const struct stress_scenario **chosen,
				  size_t nr, struct report *report)
{
	enum stress_status worst = STRESS_SKIP;

	for (size_t i = 0; i < nr; i++) {
		struct outcome outcome;
		const char *why;

		if (take_devices(machine, chosen[i], &outcome)) {
			report_begin(report, chosen[i]);
			slices_run(options, machine, chosen[i], &outcome);
		}
		report_end(report, chosen[i], &outcome);
		worst = worse(worst, outcome.status);
		why = why_it_ends(options, &outcome);
		if (why) {
			report_bail(report, why);
			break;
		}
		/* wrong data may be on the disks by now */
		if (outcome.status == STRESS_FAIL && errand_stamp(machine)) {
			report_bail(report, brg_last_error());
			brg_error("%s", brg_last_error());
			return worse(worst, STRESS_ERROR);
		}
	}
	return worst;
}

static int use_named(struct machine *machine,
		     const struct stress_scenario *scenario, const char *bdf,
		     struct outcome *outcome)
{
	int ret = errand_use_named(machine, registry_needs(scenario), bdf);

	/* what hangs is told by watch_after() */
	if (ret && !machine->stuck)
		outcome_error(outcome, brg_last_error());
	return ret;
}

/* a bundle's races, over and over: fails as it failed, or otherwise */
static enum stress_status replay(const struct stress_options *given,
				 struct machine *machine, struct report *report)
{
	struct stress_options options = *given;
	struct races *races = calloc(1, sizeof(*races));
	struct outcome wanted, outcome;
	enum stress_status status = STRESS_ERROR;

	if (!races || bundle_read(options.replay, races, &wanted) ||
	    bundle_choose(&options, races)) {
		report_bail(report, races ? brg_last_error() : "out of memory");
		brg_error("%s", races ? brg_last_error() : "out of memory");
		free(races);
		return status;
	}
	bundle_compare(&wanted, machine);
	if (!options.timed)
		options.duration_s = trials_seconds(&options, &wanted);
	if (take_devices(machine, races->scenario, &outcome) &&
	    !use_named(machine, races->scenario, wanted.provider, &outcome))
		watch_races(&options, machine, races, &outcome);
	watch_after(&options, machine, &outcome);
	report_end(report, races->scenario, &outcome);
	status = outcome.status;
	/* what never ended has not said how it would fail */
	if (status == STRESS_FAIL && !signature_same(&wanted, &outcome)) {
		brg_warn("the bundle has another failure: %s: %s",
			 oracle_name(wanted.oracle), wanted.text);
		status = STRESS_OTHER;
	}
	free(races);
	return status;
}

static enum stress_status run_with(const struct stress_options *options,
				   struct machine *machine,
				   const struct stress_scenario **chosen,
				   size_t nr, struct report *report)
{
	if (options->replay)
		return replay(options, machine, report);
	if (options->minimise)
		return minimise(options, machine);
	return run_all(options, machine, chosen, nr, report);
}

static enum stress_status run(const struct stress_options *options,
			      const struct stress_scenario **chosen, size_t nr)
{
	enum stress_status worst = STRESS_ERROR;
	static struct journal journal;
	struct machine machine;
	struct report report;

	interrupt_catch();
	if (report_open(&report, options, nr))
		return worst;
	if (errand_begin() || journal_open(&journal)) {
		report_bail(&report, brg_last_error());
		brg_error("%s", brg_last_error());
		report_close(&report);
		return worst;
	}
	if (machine_open(options, &journal, &machine)) {
		report_bail(&report, brg_last_error());
		brg_error("%s", brg_last_error());
	} else {
		worst = run_with(options, &machine, chosen, nr, &report);
	}
	worst = worse(worst, give_back(options, &machine, &report, worst));
	journal_close(&journal);
	return report_close(&report) ? worst : worse(worst, STRESS_ERROR);
}

static enum stress_status print_program(const struct stress_options *options)
{
	struct races *races = calloc(1, sizeof(*races));
	struct outcome failure;
	int ret = races ? bundle_read_race(options, options->emit, races,
					   &failure) :
			  -1;

	if (!ret)
		ret = emit(stdout, races, &failure);
	if (ret)
		fprintf(stderr, "barrage-stress: %s\n", brg_last_error());
	free(races);
	return ret ? STRESS_ERROR : STRESS_PASS;
}

static enum stress_status
minimise_elsewhere(const struct stress_options *options)
{
	interrupt_catch();
	return minimise(options, NULL);
}

int main(int argc, char **argv)
{
	const struct stress_scenario **chosen;
	struct stress_options options;
	struct registry_choice choice;
	enum stress_status status;
	size_t nr;

	options_parse(argc, argv, &options);
	if (!options.list && !options.emit)
		fprintf(stderr, "barrage-stress: seed %llu (--seed)\n",
			(unsigned long long)options.seed);
	choice = (struct registry_choice){
		.names = options.names,
		.hazard = options.hazard,
		.shard = options.shard,
		.nr_shards = options.nr_shards,
	};
	if (registry_select(&choice, &chosen, &nr)) {
		fprintf(stderr, "barrage-stress: %s\n", brg_last_error());
		return STRESS_ERROR;
	}
	status = STRESS_PASS;
	if (options.list)
		registry_print(chosen, nr);
	else if (options.emit)
		status = print_program(&options);
	else if (options.minimise && options.with)
		status = minimise_elsewhere(&options);
	else
		status = run(&options, chosen, nr);
	free(chosen);
	interrupt_obey();
	return (int)status;
}
