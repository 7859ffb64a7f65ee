/* SPDX-License-Identifier: GPL-2.0-only */
/* environment - what records and bundles say of where something was seen */
#ifndef STRESS_ENVIRONMENT_H
#define STRESS_ENVIRONMENT_H

#include <jansson.h>

#include "machine.h"

/** environment_json - kernel, what it was built of, machine and suite */
json_t *environment_json(void);

/** environment_planted_bug - that of this kernel, and how often it was reached */
json_t *environment_planted_bug(void);

/**
 * environment_of - all that, with the devices and disks of a run
 * @machine: open; NULL: without those
 *
 * Reads sysfs, and asks no device for anything.
 *
 * Return: a new object; NULL without memory.
 */
json_t *environment_of(const struct machine *machine);

/**
 * environment_part - of a bundle, what environment_of() had there
 * @bundle: one of any age
 *
 * Return: a new object.
 */
json_t *environment_part(const json_t *bundle);

/**
 * environment_differs - is this another kernel, machine or suite?
 * @was: of environment_part()
 * @is: of environment_of()
 * @text: receives how, where they differ
 * @size: of @text
 *
 * What either does not say does not count.
 */
bool environment_differs(const json_t *was, const json_t *is, char *text,
			 size_t size);

#endif
