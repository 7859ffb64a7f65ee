/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_MACHINE_DEVICES_H
#define VM_MACHINE_DEVICES_H

#include "machine.h"

/* The IOMMU, the ports and the devices under test, as QEMU options. */
void vm_machine_devices(const struct vm_machine *machine, struct vm_strv *argv);

/* Add an option whose value is @object in JSON; takes the reference. */
void vm_machine_json(struct vm_strv *argv, const char *option, json_t *object);

#endif
