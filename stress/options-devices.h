/* SPDX-License-Identifier: GPL-2.0-only */
/* options-devices - the devices of a command line, or of the emulated machine */
#ifndef STRESS_OPTIONS_DEVICES_H
#define STRESS_OPTIONS_DEVICES_H

#include <argp.h>

#include "options.h"

/*
 * What is wrong ends the program, with a line that names the option, as argp does.
 */

/**
 * options_add_device - one more to attack, by its BAR 2 if nothing else is said
 * @option: that names it, for people
 *
 * Return: it, in @options.
 */
struct stress_provider *options_add_device(struct argp_state *state,
					   struct stress_options *options,
					   const char *option, const char *bdf);

/** options_add_cmb - likewise an NVMe that keeps its driver */
void options_add_cmb(struct argp_state *state, struct stress_options *options,
		     const char *bdf);

/** options_last_device - the device that @option says more about */
struct stress_provider *options_last_device(struct argp_state *state,
					    struct stress_options *options,
					    const char *option);

/** options_check_devices - does what was said of each go together? */
void options_check_devices(struct argp_state *state,
			   const struct stress_options *options);

/** options_add_roles - the devices of the emulated machine, where none is named */
void options_add_roles(struct argp_state *state,
		       struct stress_options *options);

/** options_add_peers - its disks and its importer, if there are */
void options_add_peers(struct argp_state *state,
		       struct stress_options *options);

#endif
