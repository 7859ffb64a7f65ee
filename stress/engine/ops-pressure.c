// SPDX-License-Identifier: GPL-2.0-only
/* Memory that gets scarce, moves, and is taken back */
#include "engine.h"
#include "ops.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

/* what the kernel refuses to do now, it does not have to */
static void ask_kernel(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, 1) < 0)
		errno = 0;
	close(fd);
}

static int do_pressure(struct actor *actor, const int64_t *arg)
{
	size_t bytes = (size_t)arg[0] << 20;
	char *addr = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (addr == MAP_FAILED)
		return -errno;
	for (size_t at = 0; at < bytes; at += PAGE)
		addr[at] = 1;
	madvise(addr, bytes, MADV_PAGEOUT);
	if (arg[1])
		ask_kernel("/proc/sys/vm/compact_memory", "1");
	if (arg[2])
		ask_kernel("/proc/sys/vm/drop_caches", "3");
	munmap(addr, bytes);
	return 0;
}

OP(pressure) = {
	.name = "pressure",
	.summary = "use memory, have it paged out, compacted, caches dropped",
	.source = "ops-pressure.c",
	.args = { { "MiB", 1, 32 },
		  { "compact", 0, 1 },
		  { "drop caches", 0, 1 } },
	.run = do_pressure,
	.may = MAY(-ENOMEM),
};
