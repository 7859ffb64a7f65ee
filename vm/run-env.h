/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_RUN_ENV_H
#define VM_RUN_ENV_H

#include "machine.h"
#include "options.h"

/*
 * The command's variables as far as they are known before boot: the machine,
 * the kernel, and those of the user, which win. Init adds the devices.
 */
void vm_run_env(const struct vm_options *options,
		const struct vm_machine *machine, struct vm_strv *env);

#endif
