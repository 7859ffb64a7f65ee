/* SPDX-License-Identifier: GPL-2.0-only */
/* options - the command line of barrage-stress */
#ifndef STRESS_OPTIONS_H
#define STRESS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <barrage/pci.h>

#define STRESS_MAX_PROVIDERS 8

/**
 * struct stress_provider - a device to attack
 * @bdf: its address
 * @bar: of its BARs
 * @twin: another function of its bus; "" for none
 * @pf: the physical function that it is a VF of, which is attacked, too; "" for none
 * @cmb: an NVMe that keeps its driver, which gives out its CMB; the BAR is the
 *	driver's choice
 */
struct stress_provider {
	char bdf[BRG_PCI_BDF_BYTES];
	unsigned int bar;
	char twin[BRG_PCI_BDF_BYTES];
	char pf[BRG_PCI_BDF_BYTES];
	bool cmb;
};

/**
 * struct stress_options - what to run, on what, for how long
 * @names: names or globs of scenarios; NULL-terminated, none: all
 * @hazard: only scenarios for this one; 0: any
 * @list: print the scenarios chosen and what they need, run nothing
 * @tap: KTAP in place of lines for people
 * @nr_providers: how many
 * @providers: a scenario attacks the first that has what it needs
 * @take: they may be taken from the drivers that have them
 * @disk: scratch disk; NULL where none is known
 * @slow: one that holds I/O in flight; NULL where none is known
 * @importer: device that imports dma-bufs; "" where none is known
 * @duration_s: of each scenario
 * @timed: somebody has said so; otherwise it is the default
 * @iterations: races of each scenario at most; 0: as many as there is time for
 * @seed: of everything that is random
 * @chosen: one race is to be run, again and again
 * @race: its number
 * @shard: which part of the scenarios, from 1
 * @nr_shards: of how many
 * @delays: put delays into the kernel
 * @abandon: after a failure devices are not given back
 * @each_provider: the time of a scenario is for all of them
 * @keep_going: with the next scenario, after one that failed
 * @output: file of records; NULL for none
 * @bundles: folder that gets a bundle of each failure; NULL for none
 * @replay: bundle whose races are run again; NULL for none
 * @minimise: bundle that is to be made smaller; NULL for none
 * @with: command that replays a bundle for @minimise; NULL: this program
 * @emit: bundle whose race is printed as a C program; NULL for none
 */
struct stress_options {
	char *const *names;
	unsigned int hazard;
	bool list;
	bool tap;
	unsigned int nr_providers;
	struct stress_provider providers[STRESS_MAX_PROVIDERS];
	bool take;
	const char *disk;
	const char *slow;
	char importer[BRG_PCI_BDF_BYTES];
	double duration_s;
	bool timed;
	uint64_t iterations;
	uint64_t seed;
	bool chosen;
	uint64_t race;
	unsigned int shard;
	unsigned int nr_shards;
	bool delays;
	bool abandon;
	bool each_provider;
	bool keep_going;
	const char *output;
	const char *bundles;
	const char *replay;
	const char *minimise;
	const char *with;
	const char *emit;
};

/**
 * options_parse - read the command line and the environment
 *
 * Ends the program: status 0 for --help, 99 for wrong use, with a line that
 * says what is wrong.
 */
void options_parse(int argc, char **argv, struct stress_options *options);

#endif
