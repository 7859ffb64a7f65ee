// SPDX-License-Identifier: GPL-2.0-only
/* dma-bufs of several ranges: each page of them is to be the right one of the BAR */
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "sight.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096
#define MARK_WORDS 8

/* of this time, and of no other page */
static void make_mark(uint64_t mark[MARK_WORDS], uint64_t page)
{
	uint64_t value = engine_now_ns() + (page << 40);

	for (int i = 0; i < MARK_WORDS; i++)
		mark[i] = value =
			value * 6364136223846793005ull + 1442695040888963407ull;
}

/*
 * Past all mappings. Where the memory may have been off since @quiet, or somebody
 * else may have written there, what is found says nothing.
 */
static void look_at_bar(struct actor *actor, const uint64_t *mark,
			uint64_t page, uint64_t bar_page, uint32_t quiet)
{
	const struct device *device = &actor->world->device;
	uint64_t there[MARK_WORDS];

	if (pread(device->vfio, there, sizeof(there),
		  device_at(device->bar, bar_page * PAGE)) != sizeof(there) ||
	    !memcmp(there, mark, sizeof(there)))
		return;
	if (io_pages_prove(actor, bar_page, 1) &&
	    promise_still(&actor->world->shared->off, quiet))
		engine_wrong(
			actor->world, ORACLE_DATA,
			"page %llu of a mapping of a dma-buf is not page %llu of the BAR",
			(unsigned long long)page, (unsigned long long)bar_page);
}

/* Written through the mapping, which the kernel takes away where it must not be. */
static int compare_page(struct actor *actor, const struct slot *slot,
			uint64_t page)
{
	uint32_t quiet = promise_quiet(&actor->world->shared->off);
	uint64_t bar_page = slot_bar_page(slot, page), mark[MARK_WORDS], last;
	uint64_t *words = (uint64_t *)(slot->addr + page * PAGE);
	struct sight sight;
	int ret;

	make_mark(mark, bar_page);
	sight_take(actor->world, slot, &sight);
	io_claim_pages(actor, bar_page, 1);
	ret = touch_copy(words, mark, MARK_WORDS);
	/* what is read back has arrived */
	if (!ret)
		ret = touch_copy(&last, &words[MARK_WORDS - 1], 1);
	if (ret)
		return ret;
	sight_judge(actor->world, slot, &sight);
	look_at_bar(actor, mark, page, bar_page, quiet);
	return 0;
}

static int do_dmabuf_compare(struct actor *actor, const int64_t *arg)
{
	const struct slot *slot = slot_of(actor, arg[0]);
	int64_t page = arg[1], nr = arg[2];
	int ret = slot_range(slot, &page, &nr);

	/* what has to be enabled after a reset takes nothing until then */
	if (ret || arg[0] >= SLOT_NR_OWN || slot->kind != SLOT_DMABUF ||
	    !slot->map_number || actor->world->device.pmr ||
	    !gate_enter(actor->world))
		return DONE_NOTHING;
	for (int64_t i = page; i < page + nr && !ret; i++)
		ret = compare_page(actor, slot, (uint64_t)i);
	gate_leave(actor->world);
	return ret;
}

OP(dmabuf_compare) = {
	.name = "dmabuf-compare",
	.summary =
		"write to pages of a dma-buf's mapping, and find that in the BAR",
	.source = "ops-ranges.c",
	.needs = NEED_VFIO | NEED_DMABUF_MMAP,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "first page", 0, 511 },
		  { "pages", 1, 64 } },
	.run = do_dmabuf_compare,
	.may = MAY(DONE_SIGNAL(SIGBUS), DONE_SIGNAL(SIGSEGV)),
};
