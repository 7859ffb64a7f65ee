/* SPDX-License-Identifier: GPL-2.0-only */
/* tail - the last lines of a text that may have no end */
#ifndef STRESS_TAIL_H
#define STRESS_TAIL_H

#include <stddef.h>

/* so much of it is there at least, if there was so much; twice as much at most */
#define TAIL_BYTES (1u << 20)

/**
 * struct tail - lines
 * @text: with a NUL at its end; NULL before the first
 * @used: its length
 * @size: of the memory that it is in
 */
struct tail {
	char *text;
	size_t used;
	size_t size;
};

/**
 * tail_add - one more line, in place of the first ones where there are too many
 * @tail: zeroed before the first
 * @line: without a newline; the first TAIL_BYTES / 2 of it count
 *
 * A line is lost where there is no memory.
 */
void tail_add(struct tail *tail, const char *line);

/** tail_free - free and empty it */
void tail_free(struct tail *tail);

#endif
