/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scatter - host memory that falls into the same pieces each time
 *
 * Whether anonymous pages happen to be neighbours in physical memory decides
 * into how many pieces an I/O falls, and so half of its cost. Nobody can ask
 * for neighbours, but it can be made sure that there are none.
 */
#ifndef BENCH_SCATTER_H
#define BENCH_SCATTER_H

#include <barrage/mem.h>

/**
 * scatter_pages - see to it that no page is physically next to its neighbour
 * @mem: its I/O pages are replaced where need be and lose what they hold;
 *	peer memory is left as it is, and so is what a dma-buf pins: in how
 *	many pieces udmabuf is, is chance
 *
 * Return: 0; -EAGAIN where the machine gives neighbours only; -EPERM; -errno;
 * with brg_last_error() set.
 */
int scatter_pages(struct brg_mem *mem);

#endif
