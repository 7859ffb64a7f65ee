/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_RUN_H
#define VM_RUN_H

#include "options.h"

/* Boot the machine, run the command in it, judge; returns the exit status. */
int vm_run(const struct vm_options *options);

#endif
