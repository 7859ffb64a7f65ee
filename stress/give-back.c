// SPDX-License-Identifier: GPL-2.0-only
#include "give-back.h"

#include <stdio.h>
#include <string.h>

#include <barrage/log.h>

#include "bundle.h"
#include "errand.h"
#include "journal.h"

/*
 * What the kernel says when it has got its devices back is of the races before: the
 * scenario that was the last one has another record then.
 */
static void listen(const struct stress_options *options,
		   struct machine *machine, struct report *report,
		   struct outcome *given_back)
{
	const struct races *races = &machine->journal->races;
	struct outcome outcome = { .status = STRESS_PASS };

	strcpy(outcome.provider, machine->world.device.bdf);
	watch_after(options, machine, &outcome);
	if (outcome.status == STRESS_PASS)
		return;
	brg_error("when the devices had been given back: %s", outcome.text);
	if (races->nr_given)
		report_late(report, races->scenario, &outcome);
	if (given_back->status == STRESS_PASS || outcome.status == STRESS_FAIL)
		*given_back = outcome;
}

/* What has failed may well be heard of once more: that is no news. */
static void try_it(const struct stress_options *options,
		   struct machine *machine, struct report *report,
		   enum stress_status worst, struct outcome *outcome)
{
	bool failed = worst == STRESS_FAIL || worst == STRESS_OTHER;
	bool was_stuck = machine->stuck;

	*outcome = (struct outcome){ .status = STRESS_PASS };
	if (errand_close(machine)) {
		brg_error("the devices cannot be given back: %s",
			  brg_last_error());
		/* that failure has a bundle, which is not to be lost */
		if (failed && !was_stuck && machine->stacks &&
		    !bundle_add_stacks(options, &machine->journal->races,
				       machine->stacks))
			fputs(machine->stacks, stderr);
		outcome_error(outcome, brg_last_error());
	}
	if (!failed && !options->minimise)
		listen(options, machine, report, outcome);
}

enum stress_status give_back(const struct stress_options *options,
			     struct machine *machine, struct report *report,
			     enum stress_status worst)
{
	struct outcome outcome = {
		.status = STRESS_SKIP,
		.text = "--abandon leaves them after a failure",
	};

	if (!options->abandon || worst != STRESS_FAIL)
		try_it(options, machine, report, worst, &outcome);
	report_given_back(report, &outcome);
	return outcome.status == STRESS_PASS ? STRESS_SKIP : outcome.status;
}
