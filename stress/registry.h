/* SPDX-License-Identifier: GPL-2.0-only */
/* registry - the scenarios and operations there are */
#ifndef STRESS_REGISTRY_H
#define STRESS_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include "stress.h"

/**
 * struct registry_choice - which scenarios
 * @names: names or globs, NULL-terminated; none: all
 * @hazard: only those for this one; 0: any
 * @shard: from 1: which part of them
 * @nr_shards: of how many, alike in number
 */
struct registry_choice {
	char *const *names;
	unsigned int hazard;
	unsigned int shard;
	unsigned int nr_shards;
};

/**
 * registry_select - choose scenarios
 * @choice: which
 * @chosen: receives an array that the caller frees, sorted by name; for one hazard,
 *	lengthy ones come last, and of the others those first that are for little else
 * @nr: receives how many, perhaps none
 *
 * Return: 0; -ENOENT where a name fits none, or there is none for the hazard,
 * -ENOMEM; with brg_last_error() set.
 */
int registry_select(const struct registry_choice *choice,
		    const struct stress_scenario ***chosen, size_t *nr);

/**
 * registry_all - all scenarios by their names
 * @nr: receives how many
 *
 * Return: an array that the caller frees; NULL: out of memory.
 */
const struct stress_scenario **registry_all(size_t *nr);

/** registry_print - a line for each to stdout: what it is, and what it needs */
void registry_print(const struct stress_scenario *const *chosen, size_t nr);

/** registry_scenario - a scenario by its name, or NULL */
const struct stress_scenario *registry_scenario(const char *name);

/* the last number that has a bit */
#define REGISTRY_LAST_HAZARD 63

/** registry_hazards - what a scenario is for: a bit for the number of each hazard */
uint64_t registry_hazards(const struct stress_scenario *scenario);

/** registry_op - an operation by its name, or NULL */
const struct op *registry_op(const char *name);

/** registry_needs - what has to be there for a scenario to be run */
unsigned int registry_needs(const struct stress_scenario *scenario);

/**
 * registry_race_needs - what a race of its own takes
 *
 * The same, but for the mix: its other races may need less.
 */
unsigned int registry_race_needs(const struct stress_scenario *scenario);

/** needs_text - "provider, disk", for people */
const char *needs_text(unsigned int needs, char *text, size_t size);

#endif
