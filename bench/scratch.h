/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scratch - a folder for one run, gone afterwards
 */
#ifndef BENCH_SCRATCH_H
#define BENCH_SCRATCH_H

#include <stddef.h>

/**
 * scratch_make - make a folder below $TMPDIR or /tmp
 * @path: receives it
 * @size: of @path
 *
 * Return: 0; -errno with brg_last_error() set.
 */
int scratch_make(char *path, size_t size);

/** scratch_remove - remove it with the files in it; it holds no folders */
void scratch_remove(const char *path);

#endif
