/* SPDX-License-Identifier: GPL-2.0-only */
/* watch-look - what whoever watches races sees of them */
#ifndef STRESS_WATCH_LOOK_H
#define STRESS_WATCH_LOOK_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "runner.h"
#include "still.h"
#include "tail.h"
#include "watch.h"

/**
 * struct watch - one scenario on its way
 * @options: of the run
 * @machine: where
 * @races: which
 * @scenario: of those
 * @outcome: what has come of it, so far
 * @runner: what the process of the races tells
 * @pid: of the races
 * @over: they hang, and are to be killed
 * @still: whether anything happens
 * @of_ns: the race that the next two are of, by when it began
 * @looked_ns: when it was last looked at
 * @slack_ns: for so long it may have slept: that is not counted
 * @log: what the kernel has logged
 * @stacks: of tasks that hang, written to @stacks_file
 */
struct watch {
	const struct stress_options *options;
	struct machine *machine;
	const struct races *races;
	const struct stress_scenario *scenario;
	struct outcome *outcome;
	struct runner *runner;
	pid_t pid;
	bool over;
	struct still still;
	uint64_t of_ns, looked_ns, slack_ns;
	struct tail log;
	char *stacks;
	size_t stacks_size;
	FILE *stacks_file;
};

/** watch_fail - they have failed, and are to stop; the first that is wrong counts */
void watch_fail(struct watch *watch, enum oracle oracle, const char *text);

/** watch_look - at the log, at what the races say, and whether they go on */
void watch_look(struct watch *watch);

/** watch_look_last - likewise when they have ended, and whether the kernel is tainted */
void watch_look_last(struct watch *watch);

#endif
