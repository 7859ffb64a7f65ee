/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only */
/* iomem - the physical memory map as /proc/iomem shows it */
#ifndef BRG_IOMEM_H
#define BRG_IOMEM_H

#include <stddef.h>
#include <stdio.h>

#include <barrage/proof.h>

/**
 * brg_iomem_ram - the System RAM ranges of a text like /proc/iomem's
 * @file: read from its position on
 * @ranges: receives up to @max ranges
 * @max: room in @ranges
 *
 * Return: how many; -EPERM where all addresses are zero, as they are shown to
 * users other than root; -ENOSPC.
 */
int brg_iomem_ram(FILE *file, struct brg_phys_range *ranges, size_t max);

#endif
