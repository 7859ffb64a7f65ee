// SPDX-License-Identifier: GPL-2.0-only
#include "ledger-slabs.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/text-file.h"

#define SLAB "/sys/kernel/slab"

/*
 * After a scenario, emptied of what is free, caches have a hundred objects more or
 * less than before, in emulation, however many races there were.
 */
#define SLACK 250
#define MANY_RACES                                                             \
	2000 /* from there on more of them are no reason to have more */

/*
 * Of what the races make, and whatever they make it of. To count the others as well
 * takes half a second more each time in emulation, and tells of files and sockets.
 */
static bool matters(const char *name)
{
	static const char *const begins[] = {
		"aio_kiocb", "anon_vma", "bio-",   "filp",     "io_kiocb",
		"iommu",     "kernfs",	 "kioctx", "kmalloc-", "maple",
		"mm_struct", "pid",	 "task",   "vm_area",
	};
	static const char *const holds[] = { "dma", "ib_", "p2p", "rdma",
					     "vfio" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (!strncmp(name, begins[i], strlen(begins[i])))
			return true;
	for (size_t i = 0; i < sizeof(holds) / sizeof(*holds); i++)
		if (strstr(name, holds[i]))
			return true;
	return false;
}

static void path_of(const struct ledger_source *source, const char *cache,
		    const char *file, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s" SLAB "/%s/%s", source->root, cache, file);
}

static int64_t read_objects(const struct ledger_source *source,
			    const char *cache)
{
	char path[PATH_MAX], text[64];

	path_of(source, cache, "objects", path);
	text_file_read(path, text, sizeof(text));
	return *text ? strtoll(text, NULL, 10) : -1;
}

/* Gives back what is free, and what KASAN has in quarantine. */
static void shrink(const struct ledger_source *source, const char *cache)
{
	char path[PATH_MAX];

	path_of(source, cache, "shrink", path);
	text_file_write(path, "1");
}

int64_t ledger_shrink_slab(const struct ledger_source *source,
			   const char *cache)
{
	shrink(source, cache);
	return read_objects(source, cache);
}

/* links are other names of caches that are one */
void ledger_read_slabs(const struct ledger_source *source,
		       struct ledger *ledger)
{
	struct dirent *entry;
	char path[PATH_MAX];
	int64_t objects;
	DIR *dir;

	snprintf(path, sizeof(path), "%s" SLAB, source->root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || *entry->d_name == '.' ||
		    !matters(entry->d_name) ||
		    ledger->nr_caches == LEDGER_MAX_CACHES)
			continue;
		objects = read_objects(source, entry->d_name);
		if (objects < 0)
			continue;
		snprintf(ledger->caches[ledger->nr_caches].name,
			 LEDGER_NAME_BYTES, "%.47s", entry->d_name);
		ledger->caches[ledger->nr_caches++].objects = objects;
	}
	if (dir)
		closedir(dir);
}

static int64_t objects_of(const struct ledger *ledger, const char *cache)
{
	for (size_t i = 0; i < ledger->nr_caches; i++)
		if (!strcmp(ledger->caches[i].name, cache))
			return ledger->caches[i].objects;
	return -1;
}

bool ledger_leak_of_slabs(const struct ledger_source *source,
			  const struct ledger *before, struct ledger *after,
			  uint64_t nr_races, char *text, size_t size)
{
	int64_t limit =
		SLACK +
		(int64_t)(nr_races < MANY_RACES ? nr_races : MANY_RACES) / 2;

	for (size_t i = 0; i < after->nr_caches; i++) {
		const char *cache = after->caches[i].name;
		int64_t had = objects_of(before, cache);

		if (had < 0 || after->caches[i].objects - had <= limit)
			continue;
		after->caches[i].objects = ledger_shrink_slab(source, cache);
		if (after->caches[i].objects - had <= limit)
			continue;
		snprintf(text, size,
			 "leak: %" PRId64 " objects of %s" LEDGER_LEFT
			 "%" PRId64 " before %" PRIu64 " races",
			 after->caches[i].objects, cache, had, nr_races);
		return true;
	}
	return false;
}
