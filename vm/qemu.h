/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_QEMU_H
#define VM_QEMU_H

/**
 * vm_qemu_explain() - say why QEMU ended by itself
 * @status: its wait status
 * @log: file with what it said
 *
 * Names what to install where that is the reason: QEMU itself, a newer one, or
 * one that can share folders.
 */
void vm_qemu_explain(int status, const char *log);

#endif
