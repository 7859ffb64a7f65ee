/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_PROCESS_H
#define VM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "text.h"

/**
 * vm_process_start() - run a program that does not outlive the runner
 * @argv: what to run
 * @fds: descriptors that it inherits; -1 entries are skipped
 * @nr_fds: how many
 * @log: a file for its stdout and stderr
 *
 * The program gets a process group of its own, so that Ctrl-C reaches the
 * runner alone, and SIGKILL when the runner ends in whatever way.
 *
 * Return: the process, or -errno. That the program does not exist shows as
 * exit status 127.
 */
pid_t vm_process_start(const struct vm_strv *argv, const int *fds,
		       size_t nr_fds, int log);

/* Has it ended? Its wait status then goes to @status. */
bool vm_process_ended(pid_t pid, int *status);

/* Kill it and wait until it is gone. */
void vm_process_stop(pid_t pid);

#endif
