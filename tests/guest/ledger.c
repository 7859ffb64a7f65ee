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
#define POLL_NS 200000000ull
#define PATIENCE_NS 60000000000ull
/*
 * Free memory goes up and down by some MiB. The struct pages of 2 MiB, were
 * they lost, would be 32 KiB a cycle: 32 MiB in a thousand.
 */
#define SLACK_KIB (20 * 1024)
/* what free memory goes up by between two looks, where nothing is given back */
#define RIPPLE_KIB 256

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, text, strlen(text));
	close(fd);
}

static int64_t count_lines(const char *path, const char *part)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	int64_t nr = 0;

	while (file && fgets(line, sizeof(line), file))
		nr += !!strstr(line, part);
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
		else if (sscanf(line, "Percpu: %lld", &kib) == 1)
			ledger->percpu_kib = kib;
	}
	fclose(file);
}

/*
 * Left out: what the kernel's own checkers keep books in, which grows with what
 * they watch, and the names and inodes that looking at all this brings in.
 */
static bool is_noise(const char *name)
{
	return !strncmp(name, "kmemleak_", 9) ||
	       !strncmp(name, "debug_objects_", 14) ||
	       !strcmp(name, "dentry") || strstr(name, "inode_cache");
}

/* Empties KASAN's quarantine of this cache as well. */
static void shrink(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), SLAB "/%s/shrink", name);
	write_file(path, "1");
}

static int64_t read_objects(const char *name)
{
	char path[512], text[64] = "-1";
	FILE *file;

	snprintf(path, sizeof(path), SLAB "/%s/objects", name);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (!fgets(text, sizeof(text), file))
		strcpy(text, "-1");
	fclose(file);
	return atoll(text);
}

/* links are the names of caches that were merged into another: count once */
static void read_caches(struct ledger *ledger)
{
	struct dirent *entry;
	int64_t objects;
	DIR *dir;

	dir = opendir(SLAB);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    is_noise(entry->d_name) ||
		    ledger->nr_caches == LEDGER_MAX_CACHES)
			continue;
		shrink(entry->d_name);
		objects = read_objects(entry->d_name);
		if (objects < 0)
			continue;
		snprintf(ledger->caches[ledger->nr_caches].name,
			 LEDGER_NAME_BYTES, "%.47s", entry->d_name);
		ledger->caches[ledger->nr_caches++].objects = objects;
	}
	if (dir)
		closedir(dir);
}

static void read_totals(struct ledger *ledger)
{
	write_file("/proc/sys/vm/drop_caches", "3");
	read_meminfo(ledger);
	ledger->nr_vmalloc = count_lines("/proc/vmallocinfo", "");
	/* areas that are free, and wait for the next flush of all of them */
	ledger->nr_unpurged = count_lines("/proc/vmallocinfo", "unpurged");
	ledger->nr_iomem = count_lines("/proc/iomem", "");
}

static bool is_less(const struct ledger *now, const struct ledger *before)
{
	return now->free_kib > before->free_kib + RIPPLE_KIB ||
	       now->percpu_kib < before->percpu_kib ||
	       now->nr_vmalloc < before->nr_vmalloc ||
	       now->nr_iomem < before->nr_iomem;
}

/*
 * Callbacks of RCU and works give memory back after who freed it went on. What
 * they still have would be room for as much that leaks: read until a look finds
 * no less in use than the one before.
 */
void ledger_read(struct ledger *ledger)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	struct ledger before;

	memset(ledger, 0, sizeof(*ledger));
	read_totals(ledger);
	do {
		if (!brg_clock_left_ms(end))
			fail_msg("memory is being given back all the time");
		before = *ledger;
		brg_clock_sleep_ns(POLL_NS);
		read_totals(ledger);
	} while (is_less(ledger, &before));
	read_caches(ledger);
}

static unsigned int too_much(const char *what, int64_t more, int64_t limit,
			     bool tell)
{
	if (more <= limit)
		return 0;
	if (tell)
		print_message("# %s: %lld more, at most %lld expected\n", what,
			      (long long)more, (long long)limit);
	return 1;
}

/* Shrinking costs time: only what seems to have grown is looked at closely. */
static unsigned int count_caches(const struct ledger *before,
				 const struct ledger *after, int64_t nr_cycles,
				 bool tell)
{
	unsigned int grew = 0;
	int64_t more, free_areas;
	const char *name;
	size_t i;

	for (i = 0; i < before->nr_caches; i++) {
		name = before->caches[i].name;
		free_areas = strcmp(name, "vmap_area") ?
				     0 :
				     after->nr_unpurged - before->nr_unpurged;
		more = read_objects(name) - before->caches[i].objects;
		if (more - free_areas > nr_cycles / 2) {
			shrink(name);
			more = read_objects(name) - before->caches[i].objects;
		}
		grew += too_much(name, more - free_areas, nr_cycles / 2, tell);
	}
	return grew;
}

static unsigned int count_totals(const struct ledger *before,
				 const struct ledger *after, int64_t nr_cycles,
				 bool tell)
{
	unsigned int grew = 0;

	grew += too_much("KiB of Percpu",
			 after->percpu_kib - before->percpu_kib, nr_cycles / 2,
			 tell);
	grew += too_much("KiB in use", before->free_kib - after->free_kib,
			 SLACK_KIB, tell);
	grew += too_much("vmalloc areas",
			 after->nr_vmalloc - after->nr_unpurged -
				 before->nr_vmalloc + before->nr_unpurged,
			 nr_cycles / 10, tell);
	grew += too_much("lines of /proc/iomem",
			 after->nr_iomem - before->nr_iomem, 0, tell);
	return grew;
}

void ledger_expect_no_growth(const struct ledger *before, int64_t nr_cycles)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	struct ledger after = {};
	unsigned int grew;
	bool last;

	for (;;) {
		last = !brg_clock_left_ms(end);
		read_totals(&after);
		grew = count_totals(before, &after, nr_cycles, last) +
		       count_caches(before, &after, nr_cycles, last);
		if (!grew || last)
			break;
		brg_clock_sleep_ns(POLL_NS);
	}
	assert_int_equal(grew, 0);
}
