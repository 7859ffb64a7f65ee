/* SPDX-License-Identifier: GPL-2.0-only */
/* sources - the text of what reproducers are made of */
#ifndef STRESS_SOURCES_H
#define STRESS_SOURCES_H

#include <stddef.h>

/**
 * struct source - one file
 * @name: as an #include names it: "slot.h", "barrage/block.h"; a .c file has the
 *	name of its header: "slot.c", "barrage/block.c"
 * @begin: of its text, which has no NUL
 * @end: behind it
 */
struct source {
	const char *name;
	const char *begin;
	const char *end;
};

/** sources - all of them; ends with one without a name */
extern const struct source sources[];

/** source_find - by its name, or NULL */
const struct source *source_find(const char *name);

#endif
