// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "mem"
#include <barrage/mem.h>
#include <barrage/log.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem-kinds.h"

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

/* What a kind can tell beyond page frames. That it is not so is a verdict. */
static int ask_kind(const struct brg_mem *mem, const uint64_t *phys,
		    struct brg_proof *proof)
{
	int ret = mem->ops->prove(mem, phys, proof);

	if (ret != -EXDEV)
		return ret;
	proof->verdict = BRG_VERDICT_NONE;
	snprintf(proof->text, sizeof(proof->text), "%.190s", brg_last_error());
	return 0;
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
	if (!ret && mem->ops->prove)
		ret = ask_kind(mem, phys, &found);
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
