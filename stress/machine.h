/* SPDX-License-Identifier: GPL-2.0-only */
/* machine - the devices under attack, and what they and the kernel can do */
#ifndef STRESS_MACHINE_H
#define STRESS_MACHINE_H

#include <barrage/disk.h>
#include <barrage/pci.h>

#include "options.h"
#include "stress.h"

/**
 * struct machine - all of it
 * @world: addresses and paths; not open
 * @has: NEED_* that there are
 * @pci: the provider
 * @disk: scratch disk, where there is one
 */
struct machine {
	struct world world;
	unsigned int has;
	struct brg_pci pci;
	struct brg_disk disk;
	struct brg_disk slow;
	struct brg_pci_binding bindings[3];
};

/**
 * machine_open - bind the devices, and find out what there is
 * @options: names them
 * @machine: receives everything; to be closed also after a failure
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int machine_open(const struct stress_options *options, struct machine *machine);

/**
 * machine_close - give the devices back
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int machine_close(struct machine *machine);

#endif
