/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * args - values of options on the command line
 *
 * For programs that use argp: what is wrong ends the program, with a line that
 * says so and argp_err_exit_status.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <argp.h>
#include <stdint.h>

#include <barrage/pci.h>

/** args_number - a number from @min to @max, decimal, hexadecimal or octal */
uint64_t args_number(struct argp_state *state, const char *option,
		     const char *text, uint64_t min, uint64_t max);

/** args_seconds - a time from @min to @max, with a fraction or without */
double args_seconds(struct argp_state *state, const char *option,
		    const char *text, double min, int max);

/** args_device - the address of a PCI device */
void args_device(struct argp_state *state, const char *option, const char *text,
		 char bdf[BRG_PCI_BDF_BYTES]);

#endif
