/* SPDX-License-Identifier: GPL-2.0-only */
/* program-json - races as JSON, to be kept, replayed and made smaller */
#ifndef STRESS_PROGRAM_JSON_H
#define STRESS_PROGRAM_JSON_H

#include <jansson.h>

#include "engine/engine.h"

/**
 * program_to_json - a race as JSON
 * @program: valid
 *
 * Return: a new object; NULL without memory.
 */
json_t *program_to_json(const struct program *program);

/**
 * program_from_json - the opposite
 * @json: of program_to_json(), or written by a person
 * @program: receives it; names of its actors live as long as @json
 *
 * Return: 0; -EINVAL with brg_last_error() set: an unknown operation, too many
 * of something, a value out of its range.
 */
int program_from_json(const json_t *json, struct program *program);

#endif
