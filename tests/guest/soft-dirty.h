/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * soft-dirty - what the kernel does to mappings whose writes are being tracked
 *
 * A write of 4 to /proc/PID/clear_refs takes the permission to write from all
 * entries of the page tables, so that the next write is noticed. CRIU does.
 */
#ifndef SOFT_DIRTY_H
#define SOFT_DIRTY_H

#include <stdbool.h>
#include <stdint.h>

/**
 * soft_dirty_write - write to a mapping while writes are being tracked
 * @addr: in a mapping that can be written
 * @before: write to it before tracking starts as well
 *
 * In a child process, which is stopped where the write does not end.
 *
 * Return: NULL, or what is wrong. The caller has to unmap first: a mapping that
 * is left keeps the device from being unbound.
 */
const char *soft_dirty_write(volatile uint8_t *addr, bool before);

#endif
