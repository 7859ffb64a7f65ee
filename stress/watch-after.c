// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel says when races are over */
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bundle.h"
#include "journal.h"

static void fail(struct outcome *outcome, enum oracle oracle, const char *text)
{
	if (outcome->status == STRESS_FAIL)
		return;
	outcome->status = STRESS_FAIL;
	outcome->oracle = oracle;
	snprintf(outcome->text, sizeof(outcome->text), WATCH_AFTER "%s", text);
}

static void look(struct machine *machine, struct tail *log,
		 struct outcome *outcome)
{
	struct journal *journal = machine->journal;
	unsigned int left = JOURNAL_LINES;
	char line[400];
	int ret;

	while ((ret = journal_next(journal, log, &left, line, sizeof(line)))) {
		if (ret < 0 && outcome->status == STRESS_PASS)
			outcome_error(outcome, line);
		else if (ret > 0 &&
			 (!journal->faults ||
			  !journal_is_provoked(line, machine->world.importer)))
			fail(outcome, ORACLE_LOG, line);
		if (ret < 0 && ret != -EPIPE)
			break;
	}
	if (journal_taints(journal, line, sizeof(line)))
		fail(outcome, ORACLE_TAINT, line);
	/* somebody who had to wait for the kernel has been left */
	if (machine->stuck)
		fail(outcome, ORACLE_HANG, machine->why);
}

/*
 * Of races that were before. Where these had failed themselves, their bundle is not to be
 * lost; with nowhere to be, stacks are for who reads along.
 */
static void leave(const struct stress_options *options,
		  const struct machine *machine, const char *log,
		  struct outcome *outcome)
{
	struct journal *journal = machine->journal;
	const struct races *races = &journal->races;
	bool kept = false;

	if (races->nr_given) {
		outcome->of = races->of[races->nr_given - 1]->name;
		outcome->seed = races->seed;
		outcome->round = journal->number;
	}
	if (races->nr_given && !journal->failed) {
		bundle_leave(options, machine, races, outcome, log,
			     machine->stacks);
		kept = options->bundles;
	} else if (machine->stacks) {
		kept = bundle_add_stacks(options, races, machine->stacks);
	}
	if (machine->stacks && !kept)
		fputs(machine->stacks, stderr);
	journal->failed = true;
}

void watch_after(const struct stress_options *options, struct machine *machine,
		 struct outcome *outcome)
{
	bool failed = outcome->status == STRESS_FAIL;
	struct tail log = {};

	look(machine, &log, outcome);
	outcome->unkillable |= machine->stuck;
	if (!failed && outcome->status == STRESS_FAIL)
		leave(options, machine, log.text, outcome);
	tail_free(&log);
}
