/* SPDX-License-Identifier: GPL-2.0-only */
/* pmr - persistent memory of an NVMe controller: it is off until it is enabled */
#ifndef STRESS_PMR_H
#define STRESS_PMR_H

#include "engine.h"

/**
 * pmr_enable - enable the memory of a device that has such; others have nothing
 * to enable
 *
 * After each open and each reset, before anybody uses the memory: until then its
 * BAR answers nothing, and takes nothing.
 *
 * Return: 1 where there is such memory, 0 where there is none, -errno.
 */
int pmr_enable(const struct device *device);

#endif
