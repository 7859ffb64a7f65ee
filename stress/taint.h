/* SPDX-License-Identifier: GPL-2.0-only */
/* taint - what the kernel says of itself that is not what it was */
#ifndef STRESS_TAINT_H
#define STRESS_TAINT_H

#define TAINT_FILE "/proc/sys/kernel/tainted"

/**
 * taint_read - the kernel's taint, without what modules that are loaded add to it
 * @file: TAINT_FILE
 *
 * Return: the bits; 0 where the kernel does not say.
 */
unsigned long taint_read(const char *file);

#endif
