// SPDX-License-Identifier: GPL-2.0-only
#include "ledger.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger-slabs.h"

/* Disks and the kernel's own have page tables, too, and they breathe. */
#define SLACK_IOMMU 128
/* allocated by whole pages of each CPU there may be, of which some are kept */
#define SLACK_PERCPU_KIB 512
#define SLACK_PERCPU_PAGES 8

static FILE *open_at(const struct ledger_source *source, const char *path)
{
	char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", source->root, path);
	return fopen(whole, "re");
}

/* "NAME VALUE" or "NAME: VALUE kB" */
static int64_t read_value(const struct ledger_source *source, const char *path,
			  const char *name)
{
	FILE *f = open_at(source, path);
	int64_t value = -1;
	size_t len = strlen(name);
	char line[256];

	while (f && value < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, len) && strchr(": ", line[len]))
			value = strtoll(line + len + 1, NULL, 10);
	if (f)
		fclose(f);
	return value;
}

/* one of them a line: size, flags, mode, count and who exports it */
static int64_t count_dmabufs(const struct ledger_source *source)
{
	FILE *f = open_at(source, "/sys/kernel/debug/dma_buf/bufinfo");
	char line[512], exporter[64];
	int64_t nr = 0;

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		nr += sscanf(line, "%*u %*x %*x %*d %63s", exporter) == 1 &&
		      strstr(exporter, "vfio");
	fclose(f);
	return nr;
}

static int64_t has_pool(const struct ledger_source *source)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s", source->root,
		 source->bdf);
	if (!*source->bdf || access(path, F_OK))
		return -1;
	strncat(path, "/p2pmem", sizeof(path) - strlen(path) - 1);
	return !access(path, F_OK);
}

void ledger_read(const struct ledger_source *source, struct ledger *ledger)
{
	*ledger = (struct ledger){
		.of[LEDGER_DMABUFS] = count_dmabufs(source),
		.of[LEDGER_POOL] = has_pool(source),
		.of[LEDGER_MEMMAP] =
			read_value(source, "/proc/vmstat", "nr_memmap_pages"),
		.of[LEDGER_IOMMU] =
			read_value(source, "/proc/vmstat", "nr_iommu_pages"),
		.of[LEDGER_PERCPU] =
			read_value(source, "/proc/meminfo", "Percpu"),
	};
	if (source->slabs)
		ledger_read_slabs(source, ledger);
}

const char *ledger_name(enum ledger_entry entry)
{
	static const char *const names[] = {
		[LEDGER_DMABUFS] = "dma-bufs of VFIO",
		[LEDGER_POOL] = "P2P memory in sysfs",
		[LEDGER_MEMMAP] = "pages of struct pages",
		[LEDGER_IOMMU] = "pages of page tables of IOMMUs",
		[LEDGER_PERCPU] = "KiB of memory per CPU",
		[LEDGER_NR] = "slab caches",
	};

	return names[entry];
}

static int64_t percpu_slack_kib(void)
{
	int64_t cpus = sysconf(_SC_NPROCESSORS_CONF);
	int64_t kib = SLACK_PERCPU_PAGES * cpus * sysconf(_SC_PAGESIZE) / 1024;

	return kib > SLACK_PERCPU_KIB ? kib : SLACK_PERCPU_KIB;
}

int64_t ledger_slack(enum ledger_entry entry)
{
	switch (entry) {
	case LEDGER_IOMMU:
		return SLACK_IOMMU;
	case LEDGER_PERCPU:
		return percpu_slack_kib();
	default:
		return 0;
	}
}

/* What could not be read at one of both times is not compared. */
bool ledger_leak(const struct ledger_source *source,
		 const struct ledger *before, struct ledger *after,
		 uint64_t nr_races, char *text, size_t size)
{
	for (int i = 0; i < LEDGER_NR; i++) {
		int64_t more = after->of[i] - before->of[i];

		if (before->of[i] < 0 || after->of[i] < 0 ||
		    more <= ledger_slack((enum ledger_entry)i))
			continue;
		snprintf(text, size,
			 "leak: %" PRId64 " %s" LEDGER_LEFT "%" PRId64
			 " before",
			 after->of[i], ledger_name((enum ledger_entry)i),
			 before->of[i]);
		return true;
	}
	return source->slabs && ledger_leak_of_slabs(source, before, after,
						     nr_races, text, size);
}
