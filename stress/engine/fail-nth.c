// SPDX-License-Identifier: GPL-2.0-only
#include "fail-nth.h"

#include "text-file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef DEBUGFS
#define DEBUGFS "/sys/kernel/debug/"
#endif

/* all that widen() writes */
const char *const fail_nth_files[FAIL_NTH_NR_FILES] = {
	DEBUGFS "failslab/ignore-gfp-wait",
	DEBUGFS "failslab/verbose",
	DEBUGFS "failslab/reject-end",
	DEBUGFS "failslab/reject-start",
	DEBUGFS "fail_page_alloc/ignore-gfp-wait",
	DEBUGFS "fail_page_alloc/min-order",
	DEBUGFS "fail_page_alloc/verbose",
	DEBUGFS "fail_page_alloc/reject-end",
	DEBUGFS "fail_page_alloc/reject-start",
};

void fail_nth_keep(struct fail_nth_kept *kept)
{
	for (unsigned int i = 0; i < FAIL_NTH_NR_FILES; i++)
		text_file_read(fail_nth_files[i], kept->text[i],
			       sizeof(kept->text[i]));
}

void fail_nth_restore(const struct fail_nth_kept *kept)
{
	for (unsigned int i = 0; i < FAIL_NTH_NR_FILES; i++)
		if (*kept->text[i])
			text_file_write(fail_nth_files[i], kept->text[i]);
}

/* where a function of the kernel begins and ends; false: there is none */
static bool find_function(const char *name, unsigned long *start,
			  unsigned long *end)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], symbol[256];
	unsigned long at;

	*start = *end = 0;
	while (f && !*end && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx %*c %255s", &at, symbol) != 2)
			continue;
		if (*start && at > *start)
			*end = at;
		else if (!strcmp(symbol, name))
			*start = at;
	}
	if (f)
		fclose(f);
	return *end;
}

static void reject(const char *file, unsigned long address)
{
	char text[32];

	snprintf(text, sizeof(text), "%#lx", address);
	text_file_write(file, text);
}

/*
 * Linux 7.3 on x86 oopses where there are no pages for the page tables of memory
 * that is added, and warns where there are none for its struct pages: these do not
 * fail. The one function calls the other last, by a jump: both are looked for.
 * They are neighbours in one file.
 */
static void spare_added_memory(void)
{
	unsigned long start, end, other, other_end;

	if (!find_function("arch_add_memory", &start, &end) ||
	    !find_function("add_pages", &other, &other_end))
		return;
	reject(DEBUGFS "fail_page_alloc/reject-start",
	       other < start ? other : start);
	reject(DEBUGFS "fail_page_alloc/reject-end",
	       other_end > end ? other_end : end);
	reject(DEBUGFS "failslab/reject-start", other < start ? other : start);
	reject(DEBUGFS "failslab/reject-end",
	       other_end > end ? other_end : end);
}

/*
 * By default only allocations that cannot sleep fail, and pages of order 1 and
 * more: hardly any of those that count here. And each is told in the log.
 */
static void widen(void)
{
	/* what cannot be set remains as it is: less fails */
	spare_added_memory();
	text_file_write(DEBUGFS "failslab/ignore-gfp-wait", "N");
	text_file_write(DEBUGFS "failslab/verbose", "0");
	text_file_write(DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N");
	text_file_write(DEBUGFS "fail_page_alloc/min-order", "0");
	text_file_write(DEBUGFS "fail_page_alloc/verbose", "0");
}

int fail_nth_open(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	pthread_once(&once, widen);
	return fd;
}

/* Neither reading nor writing the file allocates anything. */
void fail_nth_arm(int fd, uint32_t nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fd, text, (size_t)len, 0) != len)
		errno = 0;
}

uint32_t fail_nth_disarm(int fd)
{
	char text[16] = "";
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);

	fail_nth_arm(fd, 0);
	return got > 0 ? (uint32_t)strtoul(text, NULL, 10) : 0;
}
