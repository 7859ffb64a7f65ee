/* SPDX-License-Identifier: GPL-2.0-only */
/* emission - files of the suite, printed as parts of one C file */
#ifndef STRESS_EMISSION_H
#define STRESS_EMISSION_H

#include <stdbool.h>
#include <stdio.h>

/** struct emission - one program that is being printed */
struct emission;

/**
 * emission_begin - nothing is printed yet
 * @f: where to
 *
 * Return: to be ended; NULL with brg_last_error() set.
 */
struct emission *emission_begin(FILE *f);

/**
 * emission_add - print a file, and before it what it includes and needs
 * @name: as sources.h has it
 *
 * With a header comes the .c file of its name. What is there already is not
 * printed again.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int emission_add(struct emission *emission, const char *name);

/** emission_has - is that file printed already, or about to be? */
bool emission_has(const struct emission *emission, const char *name);

/** emission_end - free it; NULL is fine */
void emission_end(struct emission *emission);

#endif
