/* SPDX-License-Identifier: GPL-2.0-only */
/* reopen - the device's file is closed in a race, and opened again */
#ifndef STRESS_REOPEN_H
#define STRESS_REOPEN_H

#include "engine.h"

/** reopen_begin - close it: what was true of the device ends with its file */
struct closing reopen_begin(struct actor *actor);

/**
 * reopen_end - open it again, as soon as nobody has anything of before
 * @closing: of reopen_begin()
 *
 * Waits for seconds; longer is engine_wrong().
 *
 * Return: 0 or -errno.
 */
int reopen_end(struct actor *actor, const struct closing *closing);

#endif
