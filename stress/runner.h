/* SPDX-License-Identifier: GPL-2.0-only */
/* runner - the process that runs a scenario's races */
#ifndef STRESS_RUNNER_H
#define STRESS_RUNNER_H

#include "machine.h"
#include "races.h"

#define RUNNER_OFFSETS                                                         \
	(4 * RACES_KEPT) /* races: it may be some ahead of who watches */

/**
 * struct runner - how far it is; shared with who watches
 * @stop: no further race is to begin
 * @rounds: races that were begun
 * @begin_ns: when the one under way began, or opening or closing the device; 0: not
 *	even that
 * @first_ns: when the first one began
 * @nr_passed: tasks that came by a place where the kernel may be slow
 * @nr_delayed: of those, how many were made slow
 * @offsets: of the last races' points, see delays_name(): at the number of the race,
 *	modulo RUNNER_OFFSETS
 * @ended: all is done and closed
 * @why: why it could not begin
 */
struct runner {
	atomic_bool stop;
	_Atomic uint64_t rounds;
	_Atomic uint64_t begin_ns;
	_Atomic uint64_t first_ns;
	_Atomic uint64_t nr_passed;
	_Atomic uint64_t nr_delayed;
	uint32_t offsets[RUNNER_OFFSETS][ENGINE_MAX_POINTS];
	atomic_bool ended;
	char why[ENGINE_TEXT_BYTES];
};

/**
 * runner_main - races, one after the other
 * @options: for how long
 * @machine: whose world it opens; nobody else has it open
 * @races: which
 * @runner: shared
 *
 * Return: exit status of the process.
 */
int runner_main(const struct stress_options *options, struct machine *machine,
		const struct races *races, struct runner *runner);

#endif
