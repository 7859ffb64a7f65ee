// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DEBUGFS "/sys/kernel/debug/"
#define FAIL_NTH "/proc/thread-self/fail-nth"

static void put(const char *folder, const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail_msg("%s: %s", path, strerror(errno));
	close(fd);
}

/* of the last function that was looked for: there are 200,000 names */
static char known[64], known_start[32], known_end[32];

/* where a function of the kernel begins and ends, as hexadecimal text */
static void find(const char *function, char start[32], char end[32])
{
	FILE *file = fopen("/proc/kallsyms", "re");
	unsigned long long at, from = 0;
	char line[512], name[256];

	assert_non_null(file);
	*end = '\0';
	while (!*end && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx %*c %255s", &at, name) != 2)
			continue;
		if (!from && !strcmp(name, function)) {
			from = at;
			snprintf(start, 32, "%#llx", at);
		} else if (from && at > from) {
			snprintf(end, 32, "%#llx", at);
		}
	}
	fclose(file);
	if (!*end)
		fail_msg("the kernel has no %s()", function);
}

void fault_arm(enum fault_kind kind, const char *function, unsigned int nth)
{
	static const char *const folders[] = {
		[FAULT_OBJECT] = DEBUGFS "failslab/",
		[FAULT_PAGE] = DEBUGFS "fail_page_alloc/",
	};
	char number[16];
	size_t i;

	if (strcmp(function, known)) {
		find(function, known_start, known_end);
		snprintf(known, sizeof(known), "%s", function);
	}
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		put(folders[i], "verbose", "0");
		put(folders[i], "ignore-gfp-wait", "N");
		/* no code is at 1 */
		put(folders[i], "require-start",
		    i == kind ? known_start : "0x1");
		put(folders[i], "require-end", i == kind ? known_end : "0x1");
	}
	put(folders[FAULT_PAGE], "min-order", "0");
	snprintf(number, sizeof(number), "%u", nth);
	put(FAIL_NTH, "", number);
}

bool fault_disarm(void)
{
	char left[16] = "";
	int fd = open(FAIL_NTH, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(read(fd, left, sizeof(left) - 1) > 0);
	close(fd);
	put(FAIL_NTH, "", "0");
	return atoi(left) == 0;
}
