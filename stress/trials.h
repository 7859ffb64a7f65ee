/* SPDX-License-Identifier: GPL-2.0-only */
/* trials - does a race fail as the one of a bundle did? */
#ifndef STRESS_TRIALS_H
#define STRESS_TRIALS_H

#include <limits.h>

#include "races.h"
#include "watch.h"

/**
 * struct trials - of one bundle
 * @options: of the run; @with: how to have a bundle replayed elsewhere
 * @machine: where to run them otherwise
 * @failure: how it failed
 * @folder: for what is left
 * @nr: how many there were
 * @other: of the last candidate: it failed, but in another way, as often as it was tried
 * @seen: how the last one ended, where it was run here
 */
struct trials {
	struct stress_options options;
	struct machine *machine;
	struct outcome failure;
	char folder[PATH_MAX - 100];
	unsigned int nr;
	bool other;
	struct outcome seen;
};

/**
 * trials_seconds - for how long a failure's races are run, so that it comes again
 * @options: not for less than they say
 * @failure: which took its time
 */
double trials_seconds(const struct stress_options *options,
		      const struct outcome *failure);

/**
 * trials_begin - try a bundle's own races
 * @races: them
 *
 * Where it always fails in another way, that is what is looked for from now on, in
 * @failure. It is an error where what failed here fails in another way ever after.
 *
 * Return: 1: they fail; 0: they do not; -errno with brg_last_error() set.
 */
int trials_begin(struct trials *trials, const struct races *races);

/**
 * trials_fail - does it fail, and as the bundle did?
 * @races: candidate
 *
 * As signature_same() has it. What can be noticed in several ways is tried again where
 * another one came first, and so is, a few times, what ended without a verdict. In
 * @seen is how it ended, if it was run here. SIGINT and SIGTERM are an error.
 *
 * Return: 1: it does; 0: it does not; -errno with brg_last_error() set.
 */
int trials_fail(struct trials *trials, const struct races *races);

#endif
