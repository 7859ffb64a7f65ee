/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's control connection: for hangs, and for what a machine asks for. */
#ifndef VM_QMP_H
#define VM_QMP_H

#include <jansson.h>

/**
 * vm_qmp_run() - send one command and wait for its answer
 * @fd: the connection
 * @command: its name
 * @arguments: takes the reference; NULL for none
 *
 * Blocks for at most two seconds. Return: 0, -ETIMEDOUT, -EPIPE where QEMU is
 * gone, or -EPROTO where it refuses.
 */
int vm_qmp_run(int fd, const char *command, json_t *arguments);

/**
 * vm_qmp_monitor() - what QEMU's monitor answers to a line
 * @fd: the connection
 * @line: the command
 * @cpu: the processor that it is about
 *
 * Blocks for at most two seconds. Return: to be freed; NULL where none came.
 */
char *vm_qmp_monitor(int fd, const char *line, int cpu);

#endif
