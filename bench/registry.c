// SPDX-License-Identifier: GPL-2.0-only
#include "registry.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

extern const struct bench *const __start_brg_bench[];
extern const struct bench *const __stop_brg_bench[];

static int compare_names(const void *a, const void *b)
{
	const struct bench *x = *(const struct bench *const *)a;
	const struct bench *y = *(const struct bench *const *)b;

	return strverscmp(x->name, y->name);
}

/* all, sorted; the caller frees */
static const struct bench **gather(size_t *nr)
{
	const struct bench **all;

	*nr = (size_t)(__stop_brg_bench - __start_brg_bench);
	all = calloc(*nr, sizeof(*all));
	if (!all)
		return NULL;
	for (size_t i = 0; i < *nr; i++)
		all[i] = __start_brg_bench[i];
	qsort(all, *nr, sizeof(*all), compare_names);
	return all;
}

static int unknown(const char *name, const struct bench **all, size_t nr)
{
	char choices[512] = "";
	size_t used = 0;

	for (size_t i = 0; i < nr && used < sizeof(choices); i++)
		used += (size_t)snprintf(choices + used, sizeof(choices) - used,
					 "%s%s", i ? ", " : "", all[i]->name);
	return brg_fail(-ENOENT, "%s: no such benchmark: choose %s, or a glob",
			name, choices);
}

static bool wanted(const struct bench *bench, char *const *names,
		   unsigned int set)
{
	if (!*names)
		return bench->sets & set;
	for (; *names; names++) {
		if (!fnmatch(*names, bench->name, 0))
			return true;
	}
	return false;
}

int registry_select(char *const *names, unsigned int set,
		    const struct bench ***chosen, size_t *nr)
{
	size_t nr_all, kept = 0;
	const struct bench **all = gather(&nr_all);

	if (!all)
		return brg_fail(-ENOMEM, "out of memory");
	for (char *const *name = names; *name; name++) {
		size_t i = 0;

		while (i < nr_all && fnmatch(*name, all[i]->name, 0))
			i++;
		if (i == nr_all) {
			int ret = unknown(*name, all, nr_all);

			free(all);
			return ret;
		}
	}
	for (size_t i = 0; i < nr_all; i++) {
		if (wanted(all[i], names, set))
			all[kept++] = all[i];
	}
	*chosen = all;
	*nr = kept;
	return 0;
}

static const char *needs_text(const struct bench *bench)
{
	if (bench->needs & BENCH_NEEDS_FIO)
		return "provider, disk, fio";
	if (bench->needs & BENCH_NEEDS_DISK)
		return "provider, disk";
	return bench->needs & BENCH_NEEDS_PROVIDER ? "provider" : "nothing";
}

static const char *set_text(const struct bench *bench)
{
	switch (bench->sets) {
	case BENCH_SET_WALL:
		return "default";
	case BENCH_SET_ICOUNT:
		return "icount";
	case BENCH_SET_WALL | BENCH_SET_ICOUNT:
		return "default, icount";
	default:
		return "named";
	}
}

void registry_list(void)
{
	size_t nr;
	const struct bench **all = gather(&nr);

	for (size_t i = 0; all && i < nr; i++)
		printf("%-20s %s (needs %s; set: %s)\n", all[i]->name,
		       all[i]->summary, needs_text(all[i]), set_text(all[i]));
	free(all);
}
