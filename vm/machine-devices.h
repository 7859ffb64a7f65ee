/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_MACHINE_DEVICES_H
#define VM_MACHINE_DEVICES_H

#include "machine.h"

/* The IOMMU, the ports and the devices under test, as QEMU options. */
void vm_machine_devices(const struct vm_machine *machine, struct vm_strv *argv);

/*
 * One device under test, and the memory behind its BAR, as QEMU's device_add and
 * object_add take them, too. @nr: of the time that it is put in, from 0.
 */
json_t *vm_machine_device(const struct vm_device *dev, unsigned int nr);
json_t *vm_machine_memory(const struct vm_machine *machine,
			  const struct vm_device *dev, unsigned int nr);

/* Add an option whose value is @object in JSON; takes the reference. */
void vm_machine_json(struct vm_strv *argv, const char *option, json_t *object);

#endif
