/* SPDX-License-Identifier: GPL-2.0-only */
/* op - operations: what user space can do to a BAR, its memory, or the device */
#ifndef STRESS_OP_H
#define STRESS_OP_H

#include <stdbool.h>
#include <stdint.h>

#define ENGINE_NR_ARGS 4

struct actor;

/*
 * What an operation returns: 0, -errno, or one of these. DONE_SIGNAL(SIGBUS):
 * access to memory raised it.
 */
#define DONE_SIGNAL(sig) (1000 + (sig))
#define DONE_NOTHING 2000 /* there was nothing to do it to */
#define DONE_BYTE(byte) (3000 + (byte)) /* what was read, or a state */

/**
 * struct op_arg - what an argument of an operation may be
 * @name: for people
 * @min: smallest value
 * @max: largest value
 */
struct op_arg {
	const char *name;
	int64_t min;
	int64_t max;
};

/**
 * struct op - something that can be done
 * @name: hyphenated
 * @summary: one line
 * @source: file of this folder that has it
 * @needs: NEED_*, see needs.h
 * @args: up to the first without a name
 * @run: do it; thread safe as far as actors keep to their own slots
 * @may: results other than 0 and DONE_NOTHING that are right at any time,
 *	whatever others do; ends with 0
 * @bound_ms: what it may take, see bound.h; 0: nobody knows, or parts of it have a
 *	bound of their own
 * @faults: DMA that the IOMMU stops is right where this is done
 */
struct op {
	const char *name;
	const char *summary;
	const char *source;
	unsigned int needs;
	struct op_arg args[ENGINE_NR_ARGS];
	int (*run)(struct actor *actor, const int64_t *arg);
	const int *may;
	unsigned int bound_ms;
	bool faults;
};

/* What an operation may end with, as a list */
#define MAY(...) ((const int[]){ __VA_ARGS__, 0 })

/*
 * OP(p2p_map) = { ... }; at the end of its file. The linker gathers the
 * addresses; a reproducer names those it has.
 */
#define OP(id)                                                                 \
	static const struct op *const op_##id##_entry                          \
		__attribute__((used, section("stress_ops"))) = &op_##id;       \
	const struct op op_##id

#endif
