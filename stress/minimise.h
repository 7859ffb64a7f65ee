/* SPDX-License-Identifier: GPL-2.0-only */
/* minimise - find a smaller race that still fails */
#ifndef STRESS_MINIMISE_H
#define STRESS_MINIMISE_H

#include "machine.h"
#include "races.h"
#include "watch.h"

/**
 * minimise - take away whatever the failure does not need
 * @options: @minimise is the bundle, @duration_s the least time of each trial,
 *	@with how they are made
 * @machine: open; NULL where @with makes the trials
 *
 * The result is in the folder of the bundle with "-small" behind its name: a
 * bundle, which is there from the first step on, rate.json (how often it failed in how
 * many last trials) and repro.c. They are left also where something ends the search.
 *
 * Return: 0; STRESS_SKIP where the bundle did not fail again, or nothing of what was
 * left did in the last trials; another status, with a line on stderr.
 */
enum stress_status minimise(const struct stress_options *options,
			    struct machine *machine);

#endif
