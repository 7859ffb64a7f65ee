// SPDX-License-Identifier: GPL-2.0-only
#include "ktap.h"

#include <stdio.h>

static unsigned int nr_points;

void ktap_start(size_t nr)
{
	printf("KTAP version 1\n1..%zu\n", nr);
	fflush(stdout);
}

void ktap_point(const char *name, enum bench_status status, const char *reason)
{
	bool good = status == BENCH_PASS || status == BENCH_SKIP;

	printf("%sok %u %s", good ? "" : "not ", ++nr_points, name);
	if (status == BENCH_SKIP)
		printf(" # SKIP %s", reason);
	else if (!good)
		printf("\n# %s", reason);
	putchar('\n');
	fflush(stdout);
}
