/* SPDX-License-Identifier: GPL-2.0-only */
/* emit - races as one C file that needs no library of Barrage */
#ifndef STRESS_EMIT_H
#define STRESS_EMIT_H

#include <stdio.h>

#include "races.h"
#include "watch.h"

/**
 * emit - print a program that runs the races one after the other, again and again
 * @f: where to
 * @races: given ones
 * @failure: how it failed, for the comment; or NULL
 *
 * The program takes the addresses of devices and the names of disks from its
 * command line, and ends with 1 when it sees the failure.
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int emit(FILE *f, const struct races *races, const struct outcome *failure);

#endif
