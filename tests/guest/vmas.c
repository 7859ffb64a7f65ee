// SPDX-License-Identifier: GPL-2.0-only
#include "children.h"
#include "guest.h"

#include "vmas.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct vmas_entry vmas_find(const void *addr)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	struct vmas_entry entry;
	char line[512];
	int fields;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		entry.name[0] = '\0';
		fields = sscanf(line,
				"%" SCNxPTR "-%" SCNxPTR " %*s %" SCNx64
				" %*s %*s %255s",
				&entry.start, &entry.end, &entry.offset,
				entry.name);
		if (fields >= 3 && (uintptr_t)addr >= entry.start &&
		    (uintptr_t)addr < entry.end) {
			fclose(maps);
			return entry;
		}
	}
	fclose(maps);
	fail_msg("nothing is mapped at %p", addr);
	return entry;
}

void *vmas_map_aligned(int fd, size_t len, off_t offset)
{
	const size_t room = len + 2 * MIB;
	uint8_t *area, *start;

	area = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(area != MAP_FAILED);
	start = (uint8_t *)(((uintptr_t)area + 2 * MIB - 1) & -(2 * MIB));
	munmap(area, (size_t)(start - area));
	munmap(start + len, room - len - (size_t)(start - area));
	assert_ptr_equal(mmap(start, len, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_FIXED, fd, offset),
			 start);
	return start;
}

long vmas_faults_of(const void *addr, size_t len)
{
	const volatile uint8_t *bytes = addr;
	struct rusage before, after;
	size_t at;

	getrusage(RUSAGE_SELF, &before);
	for (at = 0; at < len; at += PAGE)
		(void)bytes[at];
	getrusage(RUSAGE_SELF, &after);
	return after.ru_minflt - before.ru_minflt + after.ru_majflt -
	       before.ru_majflt;
}

int vmas_map_errno(int fd, size_t len, int prot, int flags, off_t offset)
{
	void *addr = mmap(NULL, len, prot, flags, fd, offset);

	if (addr == MAP_FAILED)
		return -errno;
	munmap(addr, len);
	return 0;
}

int vmas_in_child(int (*check)(void *arg), void *arg)
{
	pid_t pid = child_start();
	int status;

	if (!pid)
		_exit(check(arg));
	status = child_wait(pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}
