// SPDX-License-Identifier: GPL-2.0-only
#include "pressure.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096
#define FILE_BYTES 16384

/* The one or two reads that it takes: a child of many threads may do no more. */
static void read_all(const char *path, char text[FILE_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t got;

	while (fd >= 0 && used < FILE_BYTES - 1 &&
	       (got = read(fd, text + used, FILE_BYTES - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	if (fd >= 0)
		close(fd);
}

uint64_t pressure_find(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, name, len) && text[len] == ' ')
			return strtoull(text + len, NULL, 10);
	}
	return 0;
}

uint64_t pressure_available(void)
{
	char text[FILE_BYTES];

	read_all("/proc/meminfo", text);
	return pressure_find(text, "MemAvailable:") << 10;
}

uint64_t pressure_cached(void)
{
	char text[FILE_BYTES];

	read_all("/proc/meminfo", text);
	return (pressure_find(text, "Active(file):") +
		pressure_find(text, "Inactive(file):"))
	       << 10;
}

uint64_t pressure_reclaimed(void)
{
	char text[FILE_BYTES];

	read_all("/proc/vmstat", text);
	return pressure_find(text, "pgsteal_file") * PAGE;
}
