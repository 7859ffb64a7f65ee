// SPDX-License-Identifier: GPL-2.0-only
#include "samples.h"

#include <errno.h>
#include <stdlib.h>

#include <barrage/log.h>

#define FIRST_ROOM 64

int samples_add(struct samples *samples, double value)
{
	if (samples->nr == samples->room) {
		size_t room = samples->room ? 2 * samples->room : FIRST_ROOM;
		double *more = realloc(samples->values, room * sizeof(*more));

		if (!more)
			return brg_fail(-ENOMEM, "out of memory");
		samples->values = more;
		samples->room = room;
	}
	samples->values[samples->nr++] = value;
	return 0;
}

void samples_free(struct samples *samples)
{
	free(samples->values);
	*samples = (struct samples){};
}
