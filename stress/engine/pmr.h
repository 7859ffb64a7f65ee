/* SPDX-License-Identifier: GPL-2.0-only */
/* pmr - persistent memory of an NVMe controller: it is off until it is enabled */
#ifndef STRESS_PMR_H
#define STRESS_PMR_H

#include "engine.h"

/**
 * pmr_start - begin to enable the memory of a device that has such; others have
 * nothing to enable
 *
 * After each open and each reset, before anybody uses the memory: until it is ready
 * its BAR answers nothing, and takes nothing. Does not wait.
 *
 * Return: 1 where there is such memory and it is ready, -EAGAIN where it will be, 0
 * where there is none, -errno.
 */
int pmr_start(const struct device *device);

/** pmr_is_ready - has that come to its end? 1, -EAGAIN or another -errno */
int pmr_is_ready(const struct device *device);

#endif
