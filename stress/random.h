/* SPDX-License-Identifier: GPL-2.0-only */
/* random - numbers that a seed decides */
#ifndef STRESS_RANDOM_H
#define STRESS_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

/** random_seed - a stream of its own for each pair of numbers */
struct random random_seed(uint64_t seed, uint64_t stream);

/** random_next - 64 bits */
uint64_t random_next(struct random *random);

/** random_between - @min to @max, both included; @min where @max is less */
int64_t random_between(struct random *random, int64_t min, int64_t max);

/** random_scale - 0 to @max, as likely in each order of magnitude */
uint32_t random_scale(struct random *random, uint32_t max);

/** random_chance - true once in @n; never for 0 */
int random_chance(struct random *random, unsigned int n);

#endif
