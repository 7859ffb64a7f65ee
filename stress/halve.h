/* SPDX-License-Identifier: GPL-2.0-only */
/* halve - ways to make less of what a race cannot do without */
#ifndef STRESS_HALVE_H
#define STRESS_HALVE_H

#include "shrink.h"

/**
 * halve_ways - half a delay, of an operation or in the kernel; half an amount
 *
 * Ends with one without a name. Of arguments only amounts are halved, towards the
 * least that the operation has: numbers of pages, lengths, times. A bound by which
 * a failure is judged is none: with half of it, what is right fails as well.
 */
extern const struct shrink halve_ways[];

#endif
