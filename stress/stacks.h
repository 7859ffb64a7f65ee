/* SPDX-License-Identifier: GPL-2.0-only */
/* stacks - where tasks are that do not get on */
#ifndef STRESS_STACKS_H
#define STRESS_STACKS_H

#include <stdio.h>
#include <sys/types.h>

/**
 * stacks_print - kernel stacks of all threads of a process group
 * @f: where to
 * @group: of processes
 *
 * Reads /proc only. Asks the kernel, besides, to log all that are blocked.
 */
void stacks_print(FILE *f, pid_t group);

#endif
