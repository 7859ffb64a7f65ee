/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_QEMU_H
#define VM_QEMU_H

#include <stdbool.h>

/**
 * vm_qemu_version() - what it says it is: "10.0.2 (Debian ...)"
 *
 * The first call runs it, for some milliseconds, and waits some seconds at most.
 * For one thread.
 *
 * Return: its version, for good; "unknown" where it cannot be run or does not say.
 */
const char *vm_qemu_version(void);

/**
 * vm_qemu_has_x2apic() - can its emulated processors have an x2APIC?
 *
 * By vm_qemu_version().
 *
 * Return: whether it is 10.0 or newer; nothing is known of the versions before.
 */
bool vm_qemu_has_x2apic(void);

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
