// SPDX-License-Identifier: GPL-2.0-only
#include "tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUT "(what came before was too much)\n"

/* all but the last TAIL_BYTES, from the begin of a line on */
static void cut(struct tail *tail)
{
	const char *from = tail->text + tail->used - TAIL_BYTES;
	size_t head = strlen(CUT), left;

	from = strchr(from, '\n') + 1;
	left = (size_t)(tail->text + tail->used - from);
	memmove(tail->text + head, from, left + 1);
	memcpy(tail->text, CUT, head);
	tail->used = head + left;
}

static int make_room(struct tail *tail, size_t bytes)
{
	size_t size = tail->size ?: 4096;
	char *text;

	while (size < tail->used + bytes)
		size *= 2;
	if (size == tail->size)
		return 0;
	text = realloc(tail->text, size);
	if (!text)
		return -1;
	tail->text = text;
	tail->size = size;
	return 0;
}

void tail_add(struct tail *tail, const char *line)
{
	size_t bytes = strnlen(line, TAIL_BYTES / 2);

	if (tail->used + bytes + 2 > 2 * TAIL_BYTES)
		cut(tail);
	if (make_room(tail, bytes + 2))
		return;
	memcpy(tail->text + tail->used, line, bytes);
	tail->used += bytes;
	strcpy(tail->text + tail->used, "\n");
	tail->used++;
}

void tail_free(struct tail *tail)
{
	free(tail->text);
	*tail = (struct tail){};
}
