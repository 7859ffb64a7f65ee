/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bundle - what is left of a failure: enough to see it again
 *
 * A folder with bundle.json (the race, the seed, kernel and machine), kernel.log
 * (since the scenario began), actors.txt (who did what when, in the last turn of
 * each) and, where something hung, stacks.txt.
 */
#ifndef STRESS_BUNDLE_H
#define STRESS_BUNDLE_H

#include "machine.h"
#include "races.h"
#include "watch.h"

/**
 * bundle_write - leave a bundle in a folder, which is made
 * @folder: in place of what is there
 * @machine: whose shared memory still has what the actors did
 * @races: given ones, the last of which failed
 * @outcome: how it failed
 * @log: of the kernel
 * @stacks: of tasks that hung; "" for none
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int bundle_write(const char *folder, const struct machine *machine,
		 const struct races *races, const struct outcome *outcome,
		 const char *log, const char *stacks);

/** bundle_leave - likewise, where the options want it, and say so */
void bundle_leave(const struct stress_options *options,
		  const struct machine *machine, const struct races *races,
		  const struct outcome *outcome, const char *log,
		  const char *stacks);

/**
 * bundle_read - the races of a bundle
 * @folder: of bundle_write()
 * @races: receives them; their names are never freed
 * @outcome: receives how they failed; or NULL
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int bundle_read(const char *folder, struct races *races,
		struct outcome *outcome);

#endif
