// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* host: anonymous pages, the baseline */
#define BRG_LOG_PREFIX "host"
#include "mem-kinds.h"

#include <barrage/log.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int brg_mem_host_pages(size_t len, void **addrp)
{
	/* populated: pages that are only read would all be the zero page */
	void *addr = mmap(NULL, len, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (addr == MAP_FAILED)
		return brg_fail(-errno, "cannot allocate %zu bytes: %s", len,
				strerror(errno));
	*addrp = addr;
	return 0;
}

static int host_open(struct brg_mem *mem)
{
	int ret = brg_mem_host_pages(mem->size, &mem->io);

	mem->dev = mem->io;
	return ret;
}

static void host_close(struct brg_mem *mem)
{
	if (mem->io)
		munmap(mem->io, mem->size);
}

const struct brg_mem_ops brg_mem_host = {
	.name = "host",
	.summary = "anonymous pages: the baseline",
	.flags = BRG_MEM_CAN_ODIRECT,
	.verdict = BRG_VERDICT_HOST,
	.open = host_open,
	.close = host_close,
};
