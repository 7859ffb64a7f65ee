/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * errand - have a process aside ask something of the devices
 *
 * Binding one, and writing to a disk, may never end where races have broken the
 * kernel, or where it was broken before. Then the process is left, @stuck of the
 * machine is set, with the process's stacks, and nothing more may be asked: the next
 * watch_after() tells, and leaves a bundle. What it finds out comes back.
 */
#ifndef STRESS_ERRAND_H
#define STRESS_ERRAND_H

#include "machine.h"

/**
 * errand_begin - before the first, and before the machine is opened
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int errand_begin(void);

/** errand_use - machine_use(); -ETIMEDOUT where it does not end */
int errand_use(struct machine *machine, unsigned int needs,
	       unsigned int *lacks);

/** errand_use_next - machine_use_next(), likewise */
int errand_use_next(struct machine *machine, unsigned int needs);

/** errand_use_named - machine_use_named(), likewise */
int errand_use_named(struct machine *machine, unsigned int needs,
		     const char *bdf);

/** errand_stamp - machine_stamp(), likewise */
int errand_stamp(struct machine *machine);

/** errand_close - machine_close(), likewise */
int errand_close(struct machine *machine);

#endif
