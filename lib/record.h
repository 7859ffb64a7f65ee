/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* record - one measurement as JSON */
#ifndef BRG_RECORD_H
#define BRG_RECORD_H

#include <barrage/env.h>
#include <barrage/results.h>

#include <jansson.h>

/**
 * brg_record_check - does it hold what the schema asks for?
 * @record: to be checked
 *
 * Return: 0; -EINVAL, with brg_last_error() set.
 */
int brg_record_check(const struct brg_record *record);

/**
 * brg_record_build - make JSON of it
 * @record: checked
 * @env: what it ran on
 *
 * Return: a new reference; NULL without memory.
 */
json_t *brg_record_build(const struct brg_record *record,
			 const struct brg_env *env);

#endif
