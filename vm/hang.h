/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_HANG_H
#define VM_HANG_H

#include <stdio.h>

#include "text.h"

/**
 * vm_hang_print() - say what a machine is stuck in
 * @to: where to print
 * @tasks: the user programs' tasks, each "PID STATE NAME"; may be empty
 * @log: kernel log with the answer to sysrq-t and sysrq-l in it
 *
 * Prints the tasks, then the stacks of theirs and of all that are blocked,
 * then what the processors were doing.
 *
 * Return: how many stacks there were.
 */
size_t vm_hang_print(FILE *to, const struct vm_strv *tasks, const char *log);

#endif
