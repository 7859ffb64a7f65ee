/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_JUDGE_H
#define VM_JUDGE_H

#include "dmesg.h"
#include "session.h"

/**
 * vm_judge() - decide what a run was worth, and say why
 * @session: a machine that came to its end
 * @qemu_log: file with what QEMU said
 * @dmesg: filled in
 *
 * Return: the runner's exit status: the command's own, unless the kernel log,
 * a limit or the machine itself says otherwise.
 */
int vm_judge(struct vm_session *session, const char *qemu_log,
	     struct vm_dmesg *dmesg);

#endif
