/* SPDX-License-Identifier: GPL-2.0-only */
/* registry - the scenarios and operations there are */
#ifndef STRESS_REGISTRY_H
#define STRESS_REGISTRY_H

#include <stddef.h>

#include "stress.h"

/**
 * registry_select - choose scenarios
 * @names: names or globs, NULL-terminated; none: all
 * @shard: from 1: which part
 * @nr_shards: of how many, alike in number
 * @chosen: receives a sorted array that the caller frees
 * @nr: receives how many, perhaps none
 *
 * Return: 0; -ENOENT where a name fits none, with the choices in
 * brg_last_error(); -ENOMEM.
 */
int registry_select(char *const *names, unsigned int shard,
		    unsigned int nr_shards,
		    const struct stress_scenario ***chosen, size_t *nr);

/** registry_list - print all of them to stdout */
void registry_list(void);

/** registry_scenario - a scenario by its name, or NULL */
const struct stress_scenario *registry_scenario(const char *name);

/** registry_op - an operation by its name, or NULL */
const struct op *registry_op(const char *name);

/** registry_needs - of a scenario: its own, and those of what it cannot do without */
unsigned int registry_needs(const struct stress_scenario *scenario);

/** needs_text - "provider, disk", for people */
const char *needs_text(unsigned int needs, char *text, size_t size);

#endif
