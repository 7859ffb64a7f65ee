// SPDX-License-Identifier: GPL-2.0-only
#include "taint.h"

#include <stdio.h>

/*
 * P, F, C, O, E and N of Documentation/admin-guide/tainted-kernels.rst; N is of those
 * that have tests in them
 */
#define MODULES_TAINT                                                          \
	(1ul << 0 | 1ul << 1 | 1ul << 10 | 1ul << 12 | 1ul << 13 | 1ul << 18)

unsigned long taint_read(const char *file)
{
	FILE *f = fopen(file, "re");
	unsigned long taint = 0;

	if (f && fscanf(f, "%lu", &taint) != 1)
		taint = 0;
	if (f)
		fclose(f);
	return taint & ~MODULES_TAINT;
}
