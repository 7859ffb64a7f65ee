/* SPDX-License-Identifier: GPL-2.0-only */
/* slices - a scenario's time, on one provider or on each in turn */
#ifndef STRESS_SLICES_H
#define STRESS_SLICES_H

#include "watch.h"

/**
 * slices_run - run a scenario until there is no time left, or a race fails
 * @options: for how long
 * @machine: a provider is in use that has what the scenario needs
 * @scenario: which; where it says so it goes from one provider to the next
 * @outcome: receives how it ended, all slices together
 *
 * Each slice has a seed of its own; the first that of the options. A slice of the mix
 * is as many races as it has scenarios for the provider.
 */
void slices_run(const struct stress_options *options, struct machine *machine,
		const struct stress_scenario *scenario,
		struct outcome *outcome);

#endif
