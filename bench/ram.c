// SPDX-License-Identifier: GPL-2.0-only
#include "ram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <barrage/log.h>
#include <barrage/udmabuf.h>

#define PAGE 4096u
#define MAX_RANGES 256

static int map(uint64_t bytes, int flags, int fd, void **addrp)
{
	void *addr = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  flags | MAP_POPULATE, fd, 0);

	if (addr == MAP_FAILED)
		return brg_fail(-errno, "no %llu bytes of memory: %s",
				(unsigned long long)bytes, strerror(errno));
	*addrp = addr;
	return 0;
}

int ram_map(uint64_t bytes, void **addrp)
{
	return map(bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1, addrp);
}

int ram_map_memfd(uint64_t bytes, int *memfdp, void **addrp)
{
	int memfd, ret = brg_udmabuf_memfd(bytes, &memfd);

	if (ret)
		return ret;
	ret = map(bytes, MAP_SHARED, memfd, addrp);
	if (ret)
		close(memfd);
	else
		*memfdp = memfd;
	return ret;
}

static int judge(const char *name, const uint64_t *phys, size_t nr,
		 struct brg_proof *proof)
{
	struct brg_phys_range ram[MAX_RANGES];
	int nr_ram = brg_proof_ram(ram, MAX_RANGES);

	if (nr_ram < 0)
		return nr_ram;
	*proof = (struct brg_proof){ .expected = BRG_VERDICT_HOST };
	brg_proof_judge(phys, nr, NULL, ram, (size_t)nr_ram, proof);
	if (proof->verdict == BRG_VERDICT_HOST)
		return 0;
	return brg_fail(-EXDEV, "%s: the memory is not RAM: %s", name,
			proof->text);
}

int ram_prove(const char *name, const void *addr, uint64_t bytes,
	      struct brg_proof *proof)
{
	const size_t nr = bytes / PAGE;
	uint64_t *phys = calloc(nr, sizeof(*phys));
	int ret;

	if (!phys)
		return brg_fail(-ENOMEM, "out of memory");
	ret = brg_proof_frames(addr, nr, phys);
	if (!ret)
		ret = judge(name, phys, nr, proof);
	free(phys);
	return ret;
}
