// SPDX-License-Identifier: GPL-2.0-only
#include "scatter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/log.h>

#define MAX_PASSES 64

/* host memory, and as many pages again to take frames out of circulation */
struct pages {
	volatile char *addr;
	volatile char *spare;
	size_t nr;
	size_t bytes;
	uint64_t *phys;
};

static int give_back(const struct pages *pages, size_t first, size_t nr)
{
	void *addr = (void *)(pages->addr + first * pages->bytes);

	if (madvise(addr, nr * pages->bytes, MADV_DONTNEED))
		return brg_fail(-errno, "madvise: %s", strerror(errno));
	return 0;
}

/* every other page first: frames are often handed out in a row */
static int touch_all(const struct pages *pages)
{
	int ret = give_back(pages, 0, pages->nr);

	for (size_t first = 0; first < 2 && !ret; first++) {
		for (size_t i = first; i < pages->nr; i += 2)
			pages->addr[i * pages->bytes] = 1;
	}
	return ret;
}

/*
 * Give a page another frame where it is next to the one before; a spare page
 * takes the frame that is given back, so that it does not come again.
 */
static int part_neighbours(const struct pages *pages, size_t *spares)
{
	size_t nr_parted = 0;
	int ret = brg_proof_frames((void *)pages->addr, pages->nr, pages->phys);

	for (size_t i = 1; i < pages->nr && !ret; i++) {
		if (pages->phys[i] != pages->phys[i - 1] + pages->bytes)
			continue;
		if (*spares == pages->nr)
			return brg_fail(
				-EAGAIN,
				"host memory comes in neighbouring pages only");
		ret = give_back(pages, i, 1);
		pages->spare[(*spares)++ * pages->bytes] = 1;
		pages->addr[i * pages->bytes] = 1;
		nr_parted++;
	}
	return ret ? ret : (int)nr_parted;
}

static int part_all(const struct pages *pages)
{
	size_t spares = 0;
	int ret = touch_all(pages);

	if (ret)
		return ret;
	for (int pass = 0; pass < MAX_PASSES; pass++) {
		ret = part_neighbours(pages, &spares);
		if (ret <= 0)
			return ret;
	}
	return brg_fail(-EAGAIN, "host memory keeps coming in neighbours");
}

int scatter_pages(struct brg_mem *mem)
{
	const struct brg_mem_ops *kind = brg_mem_kind(mem);
	const size_t size = brg_mem_size(mem);
	struct pages pages = {
		.addr = brg_mem_io_addr(mem),
		.bytes = (size_t)sysconf(_SC_PAGESIZE),
	};
	void *spare;
	int ret;

	if (kind->verdict == BRG_VERDICT_P2P ||
	    kind->flags & BRG_MEM_HAS_DMABUF)
		return 0;
	/* EINVAL: a kernel without huge pages */
	if (madvise((void *)pages.addr, size, MADV_NOHUGEPAGE) &&
	    errno != EINVAL)
		return brg_fail(-errno, "madvise: %s", strerror(errno));
	pages.nr = size / pages.bytes;
	pages.phys = calloc(pages.nr, sizeof(*pages.phys));
	spare = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pages.spare = spare;
	if (!pages.phys || spare == MAP_FAILED)
		ret = brg_fail(-ENOMEM, "out of memory");
	else
		ret = part_all(&pages);
	if (spare != MAP_FAILED)
		munmap(spare, size);
	free(pages.phys);
	return ret;
}
