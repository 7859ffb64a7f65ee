// SPDX-License-Identifier: GPL-2.0-only
/* DMA by a device that imports dma-bufs. Each transfer takes it 100 ms. */
#include "engine.h"
#include "importer.h"
#include "io.h"
#include "needs.h"
#include "ops.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096
#define MARK_BYTES 64

/*
 * The device's engine has given no interrupt within its limit. Its driver does not
 * use it any more, so that the races to come would show nothing.
 */
static int judge_engine(struct world *world, int ret)
{
	if (ret != -ETIMEDOUT && ret != -EIO)
		return ret;
	engine_wrong(
		world, ORACLE_HANG,
		"the importer %s gave no interrupt after a DMA: bind it anew (QEMU before 10 loses some)",
		world->importer);
	return DONE_NOTHING;
}

/* of this time and this actor */
static void make_mark(const struct actor *actor, uint64_t *mark, size_t bytes)
{
	uint64_t value = engine_now_ns() ^ (uint64_t)actor->index << 56;

	for (size_t i = 0; i < bytes / 8; i++)
		mark[i] = value =
			value * 6364136223846793005ull + 1442695040888963407ull;
}

/* what the importer has to give away from now on */
static int store(const struct slot *slot, uint64_t *mark, size_t bytes)
{
	struct barrage_importer_buffer buffer = {
		.data = (uintptr_t)mark,
		.length = (uint32_t)bytes,
	};

	return importer_call(slot, BARRAGE_IMPORTER_STORE, &buffer);
}

/* DMA of what is there already would arrive unseen */
static int store_new(struct actor *actor, const struct slot *slot)
{
	uint64_t *mark = (uint64_t *)actor->host;

	make_mark(actor, mark, BARRAGE_IMPORTER_BUFFER_BYTES);
	return store(slot, mark, BARRAGE_IMPORTER_BUFFER_BYTES);
}

/* what there is of the dma-buf */
static uint64_t page_of(const struct slot *slot, int64_t page)
{
	return (uint64_t)page % (ranges_pages(&slot->import_ranges) ?: 1);
}

/*
 * What has arrived is where that page of the dma-buf is. Where others may have written
 * there, or the memory may have been off, what is found says nothing.
 */
static void look_at_bar(struct actor *actor, uint64_t bar_page, uint32_t quiet)
{
	const struct device *device = &actor->world->device;
	char there[BARRAGE_IMPORTER_BUFFER_BYTES];

	if (device->pmr ||
	    pread(device->vfio, there, sizeof(there),
		  device_at(device->bar, bar_page * PAGE)) != sizeof(there) ||
	    !memcmp(there, actor->host, sizeof(there)))
		return;
	if (io_pages_prove(actor, bar_page, 1) &&
	    promise_still(&actor->world->shared->off, quiet))
		engine_wrong(
			actor->world, ORACLE_DATA,
			"DMA of an importer is not at page %llu of the BAR, where it had succeeded",
			(unsigned long long)bar_page);
}

/* DMA into a page of the BAR, if it is known which that is */
static int write_page(struct actor *actor, const struct slot *slot,
		      struct barrage_importer_dma *dma)
{
	uint32_t quiet = promise_quiet(&actor->world->shared->off);
	uint64_t left, bar_page = ranges_find(&slot->import_ranges,
					      dma->offset / PAGE, &left);
	bool known = slot->import_number;
	int ret;

	if (known)
		io_claim_pages(actor, bar_page, 1);
	else
		io_claim_all(actor);
	ret = store_new(actor, slot);
	if (!ret)
		ret = importer_call(slot, BARRAGE_IMPORTER_DMA, dma);
	if (!ret && known)
		look_at_bar(actor, bar_page, quiet);
	return ret;
}

/* A dynamic importer maps again by itself, after a reset as well: see gate. */
static int do_import_dma(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	struct barrage_importer_dma dma = {
		.flags = arg[2] ? BARRAGE_IMPORTER_DMA_TO_DMABUF : 0,
		.offset = page_of(slot, arg[1]) * PAGE,
		.length = BARRAGE_IMPORTER_BUFFER_BYTES,
	};
	struct importer_before before =
		importer_look(actor->world, slot->import_number);
	bool inside = slot->import_mode == BARRAGE_IMPORTER_DYNAMIC;
	int ret;

	if (slot->importer < 0 || (inside && !gate_enter(actor->world)))
		return DONE_NOTHING;
	gate_take_off(actor->world);
	if (arg[2])
		ret = write_page(actor, slot, &dma);
	else
		ret = importer_call(slot, BARRAGE_IMPORTER_DMA, &dma);
	ret = judge_engine(actor->world, ret);
	gate_land(actor->world);
	if (inside)
		gate_leave(actor->world);
	if (!ret)
		importer_judge(actor->world, before, "DMA");
	return ret;
}

OP(import_dma) = {
	.name = "import-dma",
	.summary = "DMA by the importer; it takes 100 ms",
	.source = "ops-import-dma.c",
	.needs = NEED_IMPORTER,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "page", 0, 511 },
		  { "write", 0, 1 } },
	.run = do_import_dma,
	.may = IMPORT_MAY,
};

static bool has_mark(const struct world *world, uint64_t at, const void *mark)
{
	char there[MARK_BYTES];

	return pread(world->device.vfio, there, MARK_BYTES,
		     device_at(world->device.bar, at)) == MARK_BYTES &&
	       !memcmp(there, mark, MARK_BYTES);
}

/* to where the last mapping had @offset */
static int dma_stale(const struct slot *slot, uint64_t offset, uint64_t *mark)
{
	struct barrage_importer_dma dma = {
		.flags = BARRAGE_IMPORTER_DMA_TO_DMABUF |
			 BARRAGE_IMPORTER_DMA_STALE,
		.offset = offset,
		.length = MARK_BYTES,
	};
	int ret = store(slot, mark, MARK_BYTES);

	return ret ? ret : importer_call(slot, BARRAGE_IMPORTER_DMA, &dma);
}

/*
 * An importer that was told to give up its mapping and did so misbehaves: it goes
 * on with its DMA. The IOMMU has to stop that. With other importers of the device
 * the addresses could be theirs by now, and what is theirs be overwritten: one may
 * begin at any time.
 */
static int do_import_stale(struct actor *actor, const int64_t *arg)
{
	struct shared *shared = actor->world->shared;
	uint32_t nr = atomic_load(&shared->nr_imports);
	struct slot *slot = slot_of(actor, arg[0]);
	uint64_t page = page_of(slot, arg[1]), mark[MARK_BYTES / 8], left;
	struct barrage_importer_status status;
	uint32_t number;
	int ret;

	if (slot->importer < 0 || atomic_load(&shared->nr_importers) != 1 ||
	    importer_status(slot, &status) ||
	    status.state != BARRAGE_IMPORTER_REVOKED)
		return DONE_NOTHING;
	make_mark(actor, mark, sizeof(mark));
	number = promise_begin(&shared->astray);
	ret = judge_engine(actor->world, dma_stale(slot, page * PAGE, mark));
	promise_end(&shared->astray, number, false);
	if (!ret && atomic_load(&shared->nr_imports) == nr &&
	    has_mark(actor->world,
		     ranges_find(&slot->import_ranges, page, &left) * PAGE,
		     mark))
		engine_wrong(actor->world, ORACLE_DMA,
			     "DMA by a mapping that was revoked arrived");
	return ret;
}

OP(import_stale) = {
	.name = "import-stale",
	.summary = "DMA to what was revoked, which the IOMMU stops",
	.source = "ops-import-dma.c",
	.needs = NEED_IMPORTER | NEED_VFIO,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 }, { "page", 0, 511 } },
	.run = do_import_stale,
	.may = IMPORT_MAY,
	.faults = true,
};
