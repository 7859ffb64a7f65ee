// SPDX-License-Identifier: GPL-2.0-only
#include "memory-use.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <barrage/log.h>

#define PAGE 4096.0
#define REFRESH "/proc/sys/vm/stat_refresh"

/* the number behind a word that begins a line, spaces before it or not */
static const char *find(const char *text, const char *word, double *value)
{
	const size_t len = strlen(word);
	char *end;

	for (; text && *text; text = strchr(text, '\n')) {
		text += strspn(text, " \t\n");
		if (strncmp(text, word, len) || !strchr(" \t:", text[len]))
			continue;
		text += len + strspn(text + len, " \t:");
		*value = strtod(text, &end);
		if (end != text)
			return end;
	}
	return NULL;
}

/* over all zones, and over the lists that each CPU keeps of them */
static double add_up(const char *text, const char *word)
{
	double value, sum = 0;

	while ((text = find(text, word, &value)))
		sum += value;
	return sum;
}

int memory_use_parse(const char *vmstat, const char *zoneinfo,
		     struct memory_use *use)
{
	double memmap, some;

	if (!find(vmstat, "nr_memmap_pages", &memmap))
		return brg_fail(-EOPNOTSUPP,
				"/proc/vmstat: no nr_memmap_pages");
	if (!find(zoneinfo, "nr_free_pages", &some) ||
	    !find(zoneinfo, "count", &some))
		return brg_fail(
			-EOPNOTSUPP,
			"/proc/zoneinfo: no nr_free_pages, or no count");
	use->memmap = memmap * PAGE;
	use->free = PAGE * (add_up(zoneinfo, "nr_free_pages") +
			    add_up(zoneinfo, "count"));
	return 0;
}

static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;
	size_t used = 0;

	if (fd < 0)
		return brg_fail(-errno, "%s: %s", path, strerror(errno));
	while (used < size - 1 &&
	       (got = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	close(fd);
	return got < 0 ? brg_fail(-EIO, "%s: cannot be read", path) : 0;
}

int memory_use_read(struct memory_use *use)
{
	char vmstat[16384], zoneinfo[32768];
	int ret;

	/* reading it is what folds the counters */
	ret = read_text(REFRESH, vmstat, sizeof(vmstat));
	if (!ret)
		ret = read_text("/proc/vmstat", vmstat, sizeof(vmstat));
	if (!ret)
		ret = read_text("/proc/zoneinfo", zoneinfo, sizeof(zoneinfo));
	return ret ? ret : memory_use_parse(vmstat, zoneinfo, use);
}
