/* SPDX-License-Identifier: GPL-2.0-only */
/* pressure - what the kernel says of its memory; nothing of it allocates any */
#ifndef STRESS_PRESSURE_H
#define STRESS_PRESSURE_H

#include <stdint.h>

/** pressure_available - bytes that can be had without taking away what is used */
uint64_t pressure_available(void);

/** pressure_cached - bytes of files in memory that can be taken back */
uint64_t pressure_cached(void);

/** pressure_reclaimed - bytes of files that were taken back since boot */
uint64_t pressure_reclaimed(void);

/**
 * pressure_find - a number behind a name
 * @text: lines of "name number"
 * @name: with what comes before the number, "MemFree:"
 *
 * Return: it; 0 where it is not there.
 */
uint64_t pressure_find(const char *text, const char *name);

#endif
