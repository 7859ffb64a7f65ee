/* SPDX-License-Identifier: GPL-2.0-only */
/* machine - the devices under attack, and what they and the kernel can do */
#ifndef STRESS_MACHINE_H
#define STRESS_MACHINE_H

#include <barrage/disk.h>
#include <barrage/pci.h>

#include "options.h"
#include "provider.h"
#include "stress.h"

struct journal;
struct ledger_trend;

/**
 * struct machine_step - the device that is being bound or given back; shared
 * @nr: goes up with each
 * @slow: it is given to a driver that may wait for it for minutes
 */
struct machine_step {
	_Atomic unsigned int nr;
	atomic_bool slow;
};

/**
 * struct machine - all of it
 * @world: addresses and paths; not open
 * @has: NEED_* that there are, with the provider in use
 * @common: those that are there with any
 * @options: name the providers
 * @journal: what the kernel says; of whoever opened the machine
 * @nr_providers: how many of them are bound: they are when a scenario needs them
 * @providers: those
 * @in_use: which of them, see machine_use()
 * @stuck: a process is left that asks devices for what never ends, see errand.h
 * @stacks: of that process; NULL for none
 * @why: it is left, in one line
 * @step: of who binds devices; NULL
 * @trend: of the ledger, in this scenario; NULL for none
 * @disk: scratch disk, where there is one
 * @slow: one that holds I/O in flight, where there is one
 * @binding: of the importer
 */
struct machine {
	struct world world;
	unsigned int has;
	unsigned int common;
	const struct stress_options *options;
	struct journal *journal;
	unsigned int nr_providers;
	struct provider providers[STRESS_MAX_PROVIDERS];
	unsigned int in_use;
	bool stuck;
	char *stacks;
	char why[128];
	struct machine_step *step;
	struct ledger_trend *trend;
	struct brg_disk disk;
	struct brg_disk slow;
	struct brg_pci_binding binding;
};

/**
 * machine_open - bind the importer, and find out what there is
 * @options: names it, and the providers; stays in use
 * @journal: open; stays in use
 * @machine: receives everything; to be closed also after a failure
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int machine_open(const struct stress_options *options, struct journal *journal,
		 struct machine *machine);

/**
 * machine_use - put the first provider into the world that has what is needed
 * @machine: open; its world is not
 * @needs: NEED_*
 * @lacks: receives what there is not: then it is the one that has most of it
 *
 * Binds those that come before it, if they are not yet; none where something lacks
 * that no provider can have.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int machine_use(struct machine *machine, unsigned int needs,
		unsigned int *lacks);

/**
 * machine_use_next - likewise, but the next one, after the last comes the first
 * @machine: after machine_use(), which lacked nothing
 * @needs: as there
 *
 * Return: 0, also where there is only one; -errno with brg_last_error() set.
 */
int machine_use_next(struct machine *machine, unsigned int needs);

/**
 * machine_use_named - likewise, but the one of that address, if there is one
 * @bdf: its address
 *
 * Return: 0, also where another one remains; -errno with brg_last_error() set.
 */
int machine_use_named(struct machine *machine, unsigned int needs,
		      const char *bdf);

/**
 * machine_stamp - write the disks anew, after what may have spoilt them
 * @machine: open, nobody uses it
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int machine_stamp(struct machine *machine);

/**
 * machine_close - give the devices back
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int machine_close(struct machine *machine);

#endif
