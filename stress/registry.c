// SPDX-License-Identifier: GPL-2.0-only
#include "registry.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

extern const struct stress_scenario *const __start_stress_all[];
extern const struct stress_scenario *const __stop_stress_all[];
extern const struct op *const __start_stress_ops[];
extern const struct op *const __stop_stress_ops[];

static int compare_names(const void *a, const void *b)
{
	const struct stress_scenario *x =
		*(const struct stress_scenario *const *)a;
	const struct stress_scenario *y =
		*(const struct stress_scenario *const *)b;

	return strverscmp(x->name, y->name);
}

const struct stress_scenario **registry_all(size_t *nr)
{
	const struct stress_scenario **all;

	*nr = (size_t)(__stop_stress_all - __start_stress_all);
	all = calloc(*nr + 1, sizeof(*all));
	if (!all)
		return NULL;
	for (size_t i = 0; i < *nr; i++)
		all[i] = __start_stress_all[i];
	qsort(all, *nr, sizeof(*all), compare_names);
	return all;
}

static bool fits_any(const char *name, const struct stress_scenario **all,
		     size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!fnmatch(name, all[i]->name, 0))
			return true;
	return false;
}

uint64_t registry_hazards(const struct stress_scenario *scenario)
{
	uint64_t hazards = 0;

	for (int i = 0; i < STRESS_MAX_HAZARDS && scenario->hazards[i]; i++)
		hazards |= 1ull << scenario->hazards[i];
	return hazards;
}

static bool is_for(const struct stress_scenario *scenario, unsigned int hazard)
{
	return !hazard || (hazard <= REGISTRY_LAST_HAZARD &&
			   registry_hazards(scenario) & 1ull << hazard);
}

static int nr_hazards(const struct stress_scenario *scenario)
{
	return __builtin_popcountll(registry_hazards(scenario));
}

static bool is_lengthy(const struct stress_scenario *scenario)
{
	return scenario->pace == STRESS_LENGTHY;
}

/* those first that are soon over, and of them those that are for little else */
static int compare_breadth(const void *a, const void *b)
{
	const struct stress_scenario *x =
		*(const struct stress_scenario *const *)a;
	const struct stress_scenario *y =
		*(const struct stress_scenario *const *)b;

	if (is_lengthy(x) != is_lengthy(y))
		return is_lengthy(x) ? 1 : -1;
	if (nr_hazards(x) != nr_hazards(y))
		return nr_hazards(x) < nr_hazards(y) ? -1 : 1;
	return compare_names(a, b);
}

static bool is_wanted(const struct stress_scenario *scenario,
		      const struct registry_choice *choice)
{
	char *const *name = choice->names;

	if (!is_for(scenario, choice->hazard))
		return false;
	if (!*name)
		return true;
	for (; *name; name++)
		if (!fnmatch(*name, scenario->name, 0))
			return true;
	return false;
}

static int check_names(char *const *names, const struct stress_scenario **all,
		       size_t nr)
{
	for (; *names; names++)
		if (!fits_any(*names, all, nr))
			return brg_fail(
				-ENOENT,
				"%s: no such scenario: --list shows them, a glob chooses many",
				*names);
	return 0;
}

int registry_select(const struct registry_choice *choice,
		    const struct stress_scenario ***chosen, size_t *nr)
{
	size_t nr_all, nr_wanted = 0, kept = 0;
	const struct stress_scenario **all = registry_all(&nr_all);
	int ret = all ? check_names(choice->names, all, nr_all) :
			brg_fail(-ENOMEM, "out of memory");

	if (!ret && choice->hazard)
		qsort(all, nr_all, sizeof(*all), compare_breadth);
	for (size_t i = 0; !ret && i < nr_all; i++)
		if (is_wanted(all[i], choice) &&
		    nr_wanted++ % choice->nr_shards == choice->shard - 1)
			all[kept++] = all[i];
	if (!ret && choice->hazard && !nr_wanted)
		ret = brg_fail(-ENOENT, "no scenario is for hazard %u: --list",
			       choice->hazard);
	if (ret) {
		free(all);
		return ret;
	}
	*chosen = all;
	*nr = kept;
	return 0;
}

/* Steps done in order cannot be left out; of others, those that are there do. */
static unsigned int needs_of(const struct stress_step *steps)
{
	unsigned int needs = 0;

	for (; steps && steps->op; steps++)
		needs |= steps->op->needs;
	return needs;
}

unsigned int registry_race_needs(const struct stress_scenario *scenario)
{
	unsigned int needs = scenario->needs | needs_of(scenario->before) |
			     needs_of(scenario->after);

	for (int i = 0; i < STRESS_MAX_KINDS && scenario->actors[i].name; i++)
		if (scenario->actors[i].in_order)
			needs |= needs_of(scenario->actors[i].steps);
	return needs;
}

unsigned int registry_needs(const struct stress_scenario *scenario)
{
	return scenario->strangers ? scenario->needs :
				     registry_race_needs(scenario);
}

const char *needs_text(unsigned int needs, char *text, size_t size)
{
	static const char *const names[] = {
		"a provider on vfio-pci",
		"P2P_REGISTER",
		"dma-bufs of VFIO",
		"mmap() of dma-bufs",
		"dma-bufs with struct pages",
		"a disk",
		"a slow disk",
		"an importer",
		"an RDMA device",
		"a twin on the bus",
		"a slot",
		"fault injection",
		"VFIO_DEVICE_RESET",
		"an FLR",
		"an AF FLR",
		"power states",
		"a CMB",
		"two BARs of memory",
		"a reset in sysfs",
		"dma-bufs that can be revoked for good",
		"a provider",
		"a BAR of 8 MiB",
		"a disk that holds I/O on demand (emulated)",
		"a physical function",
	};
	size_t used = 0;

	snprintf(text, size, "nothing");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (needs & 1u << i && used < size)
			used += (size_t)snprintf(text + used, size - used,
						 "%s%s", used ? ", " : "",
						 names[i]);
	return text;
}

static void print_hazards(const unsigned int *hazards)
{
	printf("(%s", *hazards ? "hazards" : "any hazard");
	for (int i = 0; i < STRESS_MAX_HAZARDS && hazards[i]; i++)
		printf(" %u", hazards[i]);
}

void registry_print(const struct stress_scenario *const *chosen, size_t nr)
{
	char text[256];

	for (size_t i = 0; i < nr; i++) {
		printf("%-32s %s ", chosen[i]->name, chosen[i]->summary);
		print_hazards(chosen[i]->hazards);
		printf("; needs %s)\n", needs_text(registry_needs(chosen[i]),
						   text, sizeof(text)));
	}
}

const struct op *registry_op(const char *name)
{
	for (const struct op *const *op = __start_stress_ops;
	     op < __stop_stress_ops; op++)
		if (!strcmp((*op)->name, name))
			return *op;
	return NULL;
}

const struct stress_scenario *registry_scenario(const char *name)
{
	for (const struct stress_scenario *const *s = __start_stress_all;
	     s < __stop_stress_all; s++)
		if (!strcmp((*s)->name, name))
			return *s;
	return NULL;
}
