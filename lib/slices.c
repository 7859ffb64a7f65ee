// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#include "slices.h"

#include <errno.h>
#include <stdlib.h>

struct brg_slice {
	struct brg_slice *next;
	uint64_t offset;
	uint64_t length;
};

int brg_slices_take(struct brg_slices *slices, uint64_t length,
		    uint64_t *offset)
{
	struct brg_slice **at = &slices->first;
	struct brg_slice *new;
	uint64_t from = 0;

	for (; *at; at = &(*at)->next) {
		if ((*at)->offset - from >= length)
			break;
		from = (*at)->offset + (*at)->length;
	}
	if (!*at && slices->length - from < length)
		return -ENOMEM;
	new = malloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->next = *at;
	new->offset = from;
	new->length = length;
	*at = new;
	*offset = from;
	return 0;
}

void brg_slices_give(struct brg_slices *slices, uint64_t offset)
{
	struct brg_slice **at = &slices->first;
	struct brg_slice *old;

	while (*at && (*at)->offset != offset)
		at = &(*at)->next;
	old = *at;
	if (!old)
		return;
	*at = old->next;
	free(old);
}

uint64_t brg_slices_largest(const struct brg_slices *slices)
{
	uint64_t from = 0, largest = 0;
	const struct brg_slice *at;

	for (at = slices->first; at; at = at->next) {
		if (at->offset - from > largest)
			largest = at->offset - from;
		from = at->offset + at->length;
	}
	return slices->length - from > largest ? slices->length - from :
						 largest;
}

void brg_slices_clear(struct brg_slices *slices)
{
	struct brg_slice *at = slices->first, *next;

	for (; at; at = next) {
		next = at->next;
		free(at);
	}
	slices->first = NULL;
}
