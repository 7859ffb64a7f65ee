// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "mem"
#include <barrage/mem.h>
#include <barrage/log.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem-kinds.h"
#include "provider.h"

#define MAX_RAM_RANGES 256

static int look(const struct brg_mem *mem, const void *addr, uint64_t *phys,
		struct brg_proof *proof)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct brg_phys_range ram[MAX_RAM_RANGES];
	int ret, nr_ram;

	ret = brg_proof_frames(addr, mem->size / page, phys);
	if (ret)
		return ret;
	nr_ram = brg_proof_ram(ram, MAX_RAM_RANGES);
	if (nr_ram < 0)
		return nr_ram;
	brg_proof_judge(phys, mem->size / page, mem->bar.end ? &mem->bar : NULL,
			ram, (size_t)nr_ram, proof);
	return 0;
}

/* A bounce is two facts: the I/O goes to RAM, and the copy goes to the BAR. */
static int look_at_copy(const struct brg_mem *mem, struct brg_proof *proof)
{
	int ret;

	ret = brg_provider_prove(mem->provider, mem->params.bar, mem->dev,
				 mem->size);
	if (ret == -EXDEV) {
		proof->verdict = BRG_VERDICT_NONE;
		return 0;
	}
	if (!ret && proof->verdict == BRG_VERDICT_HOST)
		proof->verdict = BRG_VERDICT_BOUNCE;
	return ret;
}

int brg_mem_prove(const struct brg_mem *mem, struct brg_proof *proof)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct brg_proof found = { .expected = mem->ops->verdict };
	uint64_t *phys;
	int ret;

	phys = calloc(mem->size / page, sizeof(*phys));
	if (!phys)
		return brg_fail(-ENOMEM, "out of memory");
	ret = look(mem, mem->io, phys, &found);
	if (!ret && (mem->ops->flags & BRG_MEM_COPIES))
		ret = look_at_copy(mem, &found);
	free(phys);
	if (ret)
		return ret;
	*proof = found;
	if (found.verdict == found.expected)
		return 0;
	return brg_fail(-EXDEV,
			"%s%s%s: the page frames are not where they should be: "
			"%s, expected %s: %s",
			mem->ops->name, *mem->bdf ? " " : "", mem->bdf,
			brg_verdict_name(found.verdict),
			brg_verdict_name(found.expected), found.text);
}
