/* SPDX-License-Identifier: GPL-2.0-only */
/* ram - host memory, and that it is that */
#ifndef BENCH_RAM_H
#define BENCH_RAM_H

#include <stddef.h>
#include <stdint.h>

#include <barrage/proof.h>

/**
 * ram_map - memory of this process, all of it there
 * @bytes: whole pages
 * @addrp: receives it, anonymous; munmap() it
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int ram_map(uint64_t bytes, void **addrp);

/**
 * ram_map_memfd - a memfd that udmabufs are made of, mapped
 * @bytes: whole pages
 * @memfdp: receives it; close() it
 * @addrp: receives its mapping; munmap() it
 *
 * All pages are there, in the order of the file: which of them lie in one piece
 * does not depend on who touches what first.
 *
 * Return: 0; -errno with brg_last_error() set, nothing received.
 */
int ram_map_memfd(uint64_t bytes, int *memfdp, void **addrp);

/**
 * ram_prove - host memory is host memory only if its page frames are RAM
 * @name: of the memory, for the error
 * @addr: page aligned
 * @bytes: whole pages, all of which are looked at
 * @proof: receives the verdict
 *
 * Return: 0; -EXDEV where one is not; -errno; with brg_last_error() set.
 */
int ram_prove(const char *name, const void *addr, uint64_t bytes,
	      struct brg_proof *proof);

#endif
