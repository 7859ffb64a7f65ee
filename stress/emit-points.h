/* SPDX-License-Identifier: GPL-2.0-only */
/* emit-points - delays in the kernel as part of a printed program */
#ifndef STRESS_EMIT_POINTS_H
#define STRESS_EMIT_POINTS_H

#include <stdio.h>

#include "emission.h"
#include "races.h"

/**
 * emit_points - print those of all races, and what puts them into the kernel
 * @f: where to
 * @emission: of the program, on @f
 * @races: given ones
 *
 * What follows may call delays_open(), delays_set() with the index of a race, and
 * delays_close(), which do nothing where there are no points. One that cannot be understood is told, and left out.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int emit_points(FILE *f, struct emission *emission, const struct races *races);

#endif
