/* SPDX-License-Identifier: GPL-2.0-only */
/* samples - as many as there come */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stddef.h>

/** struct samples - in the order taken; zeroed: none */
struct samples {
	double *values;
	size_t nr;
	size_t room;
};

/** samples_add - one more; 0 or -ENOMEM */
int samples_add(struct samples *samples, double value);

/** samples_free - none any more */
void samples_free(struct samples *samples);

#endif
