// SPDX-License-Identifier: GPL-2.0-only
#include "ledger.h"

#include "guest.h"

#include <barrage/clock.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SLAB "/sys/kernel/slab"
#define SETTLE_NS 500000000ull

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, text, strlen(text));
	close(fd);
}

/* @but: lines that hold it do not count; NULL for none */
static int64_t count_lines(const char *path, const char *but)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	int64_t nr = 0;

	while (file && fgets(line, sizeof(line), file))
		if (!but || !strstr(line, but))
			nr++;
	if (file)
		fclose(file);
	return nr;
}

static void read_meminfo(struct ledger *ledger)
{
	FILE *file = fopen("/proc/meminfo", "re");
	long long kib;
	char line[256];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "MemFree: %lld", &kib) == 1)
			ledger->free_kib = kib;
		else if (sscanf(line, "Slab: %lld", &kib) == 1)
			ledger->slab_kib = kib;
		else if (sscanf(line, "Percpu: %lld", &kib) == 1)
			ledger->percpu_kib = kib;
	}
	fclose(file);
}

/* links are the names of caches that were merged into another: count once */
static void read_caches(struct ledger *ledger)
{
	char path[512], text[64];
	struct dirent *entry;
	FILE *file;
	DIR *dir;

	ledger->nr_caches = 0;
	dir = opendir(SLAB);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), SLAB "/%s/shrink", entry->d_name);
		write_file(path, "1");
		snprintf(path, sizeof(path), SLAB "/%s/objects", entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fgets(text, sizeof(text), file) &&
		    ledger->nr_caches < LEDGER_MAX_CACHES) {
			snprintf(ledger->caches[ledger->nr_caches].name,
				 LEDGER_NAME_BYTES, "%.47s", entry->d_name);
			ledger->caches[ledger->nr_caches++].objects =
				atoll(text);
		}
		fclose(file);
	}
	if (dir)
		closedir(dir);
}

void ledger_read(struct ledger *ledger)
{
	/* RCU callbacks and work items that free what was used */
	brg_clock_sleep_ns(SETTLE_NS);
	write_file("/proc/sys/vm/drop_caches", "3");
	brg_clock_sleep_ns(SETTLE_NS);
	read_caches(ledger);
	read_meminfo(ledger);
	/* areas that are free, and wait for the next flush of all of them */
	ledger->nr_vmalloc = count_lines("/proc/vmallocinfo", "unpurged");
	ledger->nr_iomem = count_lines("/proc/iomem", NULL);
}

static int64_t objects_of(const struct ledger *ledger, const char *name)
{
	size_t i;

	for (i = 0; i < ledger->nr_caches; i++)
		if (!strcmp(ledger->caches[i].name, name))
			return ledger->caches[i].objects;
	return 0;
}

void ledger_expect_no_growth(const struct ledger *before,
			     const struct ledger *after, int64_t nr_cycles)
{
	/* a page for every other cycle is a leak, whatever else went on */
	const int64_t kib = nr_cycles / 2 * 4;
	int64_t more;
	size_t i;

	for (i = 0; i < after->nr_caches; i++) {
		more = after->caches[i].objects -
		       objects_of(before, after->caches[i].name);
		if (more > nr_cycles / 2)
			fail_msg("%s grew by %lld objects in %lld cycles",
				 after->caches[i].name, (long long)more,
				 (long long)nr_cycles);
	}
	if (after->slab_kib - before->slab_kib > kib)
		fail_msg("Slab grew by %lld KiB",
			 (long long)(after->slab_kib - before->slab_kib));
	if (after->percpu_kib - before->percpu_kib > kib / 4)
		fail_msg("Percpu grew by %lld KiB",
			 (long long)(after->percpu_kib - before->percpu_kib));
	if (before->free_kib - after->free_kib > 2 * kib)
		fail_msg("MemFree fell by %lld KiB",
			 (long long)(before->free_kib - after->free_kib));
	assert_true(after->nr_vmalloc - before->nr_vmalloc < nr_cycles / 10);
	assert_int_equal(after->nr_iomem, before->nr_iomem);
}
