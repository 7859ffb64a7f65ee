/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run leaves in its out folder. */
#ifndef VM_RESULT_H
#define VM_RESULT_H

#include "dmesg.h"
#include "session.h"

/**
 * vm_result_observer() - write observer.json: where each BAR's memory is
 * @machine: what is about to run
 *
 * An object for each role: path, bytes, bar. Return: 0 or -errno, after a
 * message.
 */
int vm_result_observer(const struct vm_machine *machine);

/* Write run.json: what ran, how it ended, and how long it took. */
int vm_result_run(const struct vm_session *session,
		  const struct vm_dmesg *dmesg, int exit_status);

/* Write the checksums of the memory behind each BAR. */
int vm_result_checksums(const struct vm_machine *machine);

#endif
