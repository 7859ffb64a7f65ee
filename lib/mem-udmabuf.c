// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/*
 * udmabuf: host memory as a dma-buf, the baseline of the kinds that are one.
 * It is mapped through its memfd: as with those, direct I/O goes through the
 * mapping that has struct pages, which is not the dma-buf's own.
 */
#define BRG_LOG_PREFIX "udmabuf"
#include "mem-kinds.h"

#include <barrage/clock.h>
#include <barrage/log.h>
#include <barrage/udmabuf.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int map_memfd(struct brg_mem *mem)
{
	void *addr = mmap(NULL, mem->size, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_POPULATE, mem->memfd, 0);

	if (addr == MAP_FAILED)
		return brg_fail(-errno, "cannot map a memfd of %zu bytes: %s",
				mem->size, strerror(errno));
	mem->io = addr;
	mem->dev = addr;
	return 0;
}

static int udmabuf_open(struct brg_mem *mem)
{
	const struct brg_dmabuf_range all = { 0, mem->size };
	int ret;

	ret = brg_udmabuf_memfd(mem->size, &mem->memfd);
	if (!ret)
		ret = map_memfd(mem);
	if (!ret)
		ret = brg_udmabuf_create(mem->memfd, &all, 1, &mem->dmabuf);
	return ret;
}

static void udmabuf_close(struct brg_mem *mem)
{
	if (mem->io)
		munmap(mem->io, mem->size);
	if (mem->dmabuf >= 0)
		close(mem->dmabuf);
	if (mem->memfd >= 0)
		close(mem->memfd);
}

/* What is stored through one mapping is there in the other. */
static int prove_word(volatile uint64_t *word, const volatile uint64_t *same)
{
	uint64_t nonce = brg_clock_now_ns() ^ 0x6261727261676521ull;
	uint64_t old = *word, found;

	*word = nonce;
	found = *same;
	*word = old;
	return found == nonce ?
		       0 :
		       brg_fail(-EXDEV,
				"the dma-buf is not the memory of its memfd");
}

static int udmabuf_prove(const struct brg_mem *mem, const uint64_t *phys,
			 struct brg_proof *proof)
{
	const size_t last = mem->size / sizeof(uint64_t) - 1;
	uint64_t *words = mem->dev;
	void *addr;
	int ret = brg_dmabuf_map(mem->dmabuf, mem->size, &addr);

	if (ret)
		return ret;
	ret = prove_word(words, addr);
	if (!ret)
		ret = prove_word(words + last, (uint64_t *)addr + last);
	munmap(addr, mem->size);
	return ret;
}

const struct brg_mem_ops brg_mem_udmabuf = {
	.name = "udmabuf",
	.summary = "host memory as a dma-buf, mapped through its memfd: the "
		   "baseline for importers",
	.flags = BRG_MEM_CAN_ODIRECT | BRG_MEM_HAS_DMABUF,
	.verdict = BRG_VERDICT_HOST,
	.open = udmabuf_open,
	.close = udmabuf_close,
	.prove = udmabuf_prove,
};
