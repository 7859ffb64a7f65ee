/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * registry - the benchmarks there are, and which of them are wanted
 */
#ifndef BENCH_REGISTRY_H
#define BENCH_REGISTRY_H

#include <stddef.h>

#include "bench.h"

/**
 * registry_select - choose benchmarks
 * @names: names or globs, NULL-terminated; none: the default set
 * @set: BENCH_SET_*: the default set
 * @chosen: receives a sorted array that the caller frees
 * @nr: receives how many
 *
 * Return: 0; -ENOENT where a name fits none, with the choices in
 * brg_last_error(); -ENOMEM.
 */
int registry_select(char *const *names, unsigned int set,
		    const struct bench ***chosen, size_t *nr);

/** registry_list - print all of them to stdout */
void registry_list(void);

#endif
