// SPDX-License-Identifier: GPL-2.0-only
#include "soft-dirty.h"

#include "guest.h"

#include <barrage/clock.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_NS 20000000000ull
#define POLL_NS 1000000ull
/* Documentation/admin-guide/mm/pagemap.rst */
#define PM_SOFT_DIRTY (1ull << 55)

enum { WRITTEN, NO_TRACKING, NO_CHILD };

static bool is_dirty(const void *addr)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (pread(fd, &entry, sizeof(entry),
		  (off_t)((uintptr_t)addr / PAGE * sizeof(entry))) !=
	    sizeof(entry))
		entry = 0;
	close(fd);
	return entry & PM_SOFT_DIRTY;
}

static bool start_tracking(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, "4", 1) == 1;
	close(fd);
	return done;
}

/* in the child; a page of its own shows that writes are tracked */
static int write_tracked(volatile uint8_t *addr, bool before)
{
	volatile uint8_t *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (own == MAP_FAILED)
		return NO_CHILD;
	*own = 1;
	if (before)
		*addr = 1;
	if (!is_dirty((void *)own) || !start_tracking() ||
	    is_dirty((void *)own))
		return NO_TRACKING;
	*addr = 2;
	return WRITTEN;
}

const char *soft_dirty_write(volatile uint8_t *addr, bool before)
{
	uint64_t end = brg_clock_now_ns() + PATIENCE_NS;
	pid_t child = fork(), gone;
	int status = 0;

	if (child < 0)
		return "no child";
	if (!child)
		_exit(write_tracked(addr, before));
	while (!(gone = waitpid(child, &status, WNOHANG)) &&
	       brg_clock_left_ms(end))
		brg_clock_sleep_ns(POLL_NS);
	if (!gone) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		return "the write does not end";
	}
	if (!WIFEXITED(status))
		return strsignal(WTERMSIG(status));
	if (WEXITSTATUS(status) == NO_TRACKING)
		return "the kernel does not track writes: MEM_SOFT_DIRTY";
	return WEXITSTATUS(status) == WRITTEN ? NULL : "no memory";
}
