/* SPDX-License-Identifier: GPL-2.0-only */
/* devices-json - the devices and disks of a run, as sysfs shows them */
#ifndef STRESS_DEVICES_JSON_H
#define STRESS_DEVICES_JSON_H

#include <jansson.h>

#include "machine.h"

/**
 * devices_to_json - the providers, their twins, and the importer
 * @machine: open
 *
 * Of each: its role, address, vendor:device, driver, BARs, IOMMU group, and the way
 * to its root port. One that is gone has what it was named by, and "error".
 */
json_t *devices_to_json(const struct machine *machine);

/** disks_to_json - those that I/O goes to, which may be overwritten */
json_t *disks_to_json(const struct machine *machine);

#endif
