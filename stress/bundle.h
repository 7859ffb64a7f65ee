/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bundle - what is left of a failure: enough to see it again
 *
 * A folder with bundle.json (the races, the seed, kernel, machine, devices), kernel.log
 * (since the scenario began), history.json (who did what when), actors.txt (the same
 * for people) and, where something hung, stacks.txt.
 *
 * Where the machine itself stops nobody is left to write it. So before races begin
 * there is SCENARIO-unfinished, with a bundle.json that says what they are drawn from;
 * the kernel's log has the number of the race that was under way.
 */
#ifndef STRESS_BUNDLE_H
#define STRESS_BUNDLE_H

#include "machine.h"
#include "races.h"
#include "watch.h"

#define BUNDLE_SCHEMA "barrage-bundle-2"
#define BUNDLE_STACKS_AFTER "stacks-after.txt"

/**
 * bundle_write - leave a bundle in a folder, which is made
 * @folder: in place of what is there
 * @machine: whose shared memory still has what the actors did; NULL: it has not
 * @races: given ones, the last of which failed; or drawn ones, before they begin
 * @outcome: how it failed
 * @log: of the kernel
 * @stacks: of tasks that hung; "" for none
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int bundle_write(const char *folder, const struct machine *machine,
		 const struct races *races, const struct outcome *outcome,
		 const char *log, const char *stacks);

/**
 * bundle_leave - likewise, where the options want it, and say so
 *
 * By a process aside, as bundle_begin() and bundle_end(): where that does not end within
 * a minute, a line says so.
 */
void bundle_leave(const struct stress_options *options,
		  const struct machine *machine, const struct races *races,
		  const struct outcome *outcome, const char *log,
		  const char *stacks);

/**
 * bundle_add_stacks - put into the bundle of a failure what hung after it
 * @options: where they are wanted
 * @races: of the scenario that failed
 * @stacks: go to BUNDLE_STACKS_AFTER; what is in the bundle stays as it is
 *
 * Return: they are there.
 */
bool bundle_add_stacks(const struct stress_options *options,
		       const struct races *races, const char *stacks);

/**
 * bundle_read - the races of a bundle
 * @folder: of bundle_write()
 * @races: receives them, or what they are drawn from, if that is all that there was
 *	time to write; their names are never freed
 * @outcome: receives how they failed; or NULL
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int bundle_read(const char *folder, struct races *races,
		struct outcome *outcome);

/**
 * bundle_choose - of races that are to be drawn, the one that the options name
 * @options: of the run
 * @races: of bundle_read(); as races_keep() has them afterwards
 *
 * Return: 0, also where the options name none; -errno with brg_last_error() set.
 */
int bundle_choose(const struct stress_options *options, struct races *races);

/** bundle_read_race - both, for who needs one race: it is an error to know none */
int bundle_read_race(const struct stress_options *options, const char *folder,
		     struct races *races, struct outcome *outcome);

/**
 * bundle_compare - say in a line if this is another kernel, machine or suite
 * @was: of bundle_read()
 * @machine: open
 */
void bundle_compare(const struct outcome *was, const struct machine *machine);

/**
 * bundle_begin - leave what a bundle is made of, before races begin
 * @options: with the folder of bundles, if they are wanted
 * @machine: open
 * @races: what they are drawn from, or given ones
 *
 * It is on the disk when this returns.
 */
void bundle_begin(const struct stress_options *options,
		  const struct machine *machine, const struct races *races);

/** bundle_end - they have ended, and the bundle is there if one failed */
void bundle_end(const struct stress_options *options,
		const struct races *races);

#endif
