/* SPDX-License-Identifier: GPL-2.0-only */
/* give-back - the end of a run: its devices, and what the kernel says of that */
#ifndef STRESS_GIVE_BACK_H
#define STRESS_GIVE_BACK_H

#include "machine.h"
#include "report.h"

/**
 * give_back - all devices, and report how that ended
 * @options: of the run
 * @machine: that was opened, or could not be
 * @report: open
 * @worst: how the run ended before
 *
 * With --abandon they are left after a failure.
 *
 * Return: STRESS_SKIP where nothing was wrong, which is no success by itself;
 * otherwise a failure or an error.
 */
enum stress_status give_back(const struct stress_options *options,
			     struct machine *machine, struct report *report,
			     enum stress_status worst);

#endif
