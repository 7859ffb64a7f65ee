/* SPDX-License-Identifier: GPL-2.0-only */
/* history-json - who did what when, in the races of a bundle */
#ifndef STRESS_HISTORY_JSON_H
#define STRESS_HISTORY_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "races.h"

#define HISTORY_SCHEMA "barrage-history-1"

/**
 * history_to_json - the calls of races that are kept
 * @races: as races_keep() has them
 * @shared: of the world they happened to
 *
 * Times are in nanoseconds of CLOCK_MONOTONIC. A call that is under way has no
 * "end_ns". "actor" is the index in the race; "before" and "after" are what was done
 * before and after its actors. "cut": those that did so much that the first calls of
 * these races are not known.
 *
 * Return: a new object; NULL without memory.
 */
json_t *history_to_json(const struct races *races, const struct shared *shared);

/**
 * history_print - for people: race by race, in the order in which calls began
 * @f: receives it
 * @races: as above
 * @history: of history_to_json()
 */
void history_print(FILE *f, const struct races *races, const json_t *history);

#endif
