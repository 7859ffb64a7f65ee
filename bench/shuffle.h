/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shuffle - the order of the arms, from the run's seed
 *
 * Drift of the machine (heat, other tenants, a filling disk) must not favour
 * the arm that always comes first, so each round has an order of its own; the
 * same seed gives the same orders again.
 */
#ifndef BENCH_SHUFFLE_H
#define BENCH_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

/** struct shuffle - generator state (splitmix64) */
struct shuffle {
	uint64_t state;
};

/** shuffle_next - 64 random bits */
uint64_t shuffle_next(struct shuffle *shuffle);

/**
 * shuffle_order - a random permutation of 0 to @nr - 1
 * @shuffle: state
 * @order: receives @nr indices
 * @nr: how many
 */
void shuffle_order(struct shuffle *shuffle, unsigned int *order, size_t nr);

#endif
