/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * backing - ways to make a part of a BAR usable by others, side by side
 */
#ifndef BENCH_BACKING_H
#define BENCH_BACKING_H

#include <stdint.h>

#include <barrage/proof.h>

#include "target.h"

/**
 * struct backing - one way
 * @mem: what records call it
 * @make: make the first @length bytes of the BAR usable, @length being a
 *	multiple of 2 MiB; @fdp receives a file, or -1 where there is none
 * @unmake: undo it
 * @map: map the first @length bytes for O_DIRECT I/O, to be undone by munmap();
 *	NULL where that cannot be done
 *
 * All return 0, or -errno with brg_last_error() set; @make returns -EOPNOTSUPP
 * or -ENOTTY where this kernel does not have it.
 */
struct backing {
	const struct brg_mem_ops *mem;
	int (*make)(const struct target *target, uint64_t length, int *fdp);
	int (*unmake)(const struct target *target, int fd);
	int (*map)(const struct target *target, uint64_t length, void **addrp);
};

/** backings - all of them; the last one has no @mem */
extern const struct backing backings[];

/**
 * backing_prove - are mapped pages the BAR's?
 * @backing: with a map
 * @target: open
 * @addr: mapped by it
 * @length: as mapped
 * @proof: receives the verdict
 * @first: receives where in the BAR the first page is; may be NULL
 *
 * Return: 0; -EXDEV where they are not, or not in one piece; -errno; with
 * brg_last_error() set.
 */
int backing_prove(const struct backing *backing, const struct target *target,
		  const void *addr, uint64_t length, struct brg_proof *proof,
		  uint64_t *first);

#endif
