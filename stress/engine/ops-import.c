// SPDX-License-Identifier: GPL-2.0-only
/* A device that imports dma-bufs: attached, mapped, told to give up */
#include "engine.h"
#include "importer.h"
#include "needs.h"
#include "ops.h"

#include <errno.h>
#include <poll.h>

#define PAGE 4096

static int do_import(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	struct slot *from = slot_of(actor, arg[1]);
	struct barrage_importer_attach attach = {
		.fd = from->fd,
		.mode = (uint32_t)arg[2],
	};
	uint64_t number = from->fd_number;
	struct ranges ranges = from->fd_ranges;
	struct importer_before before = importer_look(actor->world, number);
	int ret;

	if (from->fd < 0)
		return DONE_NOTHING;
	slot_detach(actor->world, slot);
	ret = importer_open(actor->world, slot);
	if (!ret)
		ret = importer_call(slot, BARRAGE_IMPORTER_ATTACH, &attach);
	/* a shared slot may have another one by now */
	if (!ret && from->fd_number == number && from->fd == attach.fd)
		importer_judge(actor->world, before, "attachment");
	else
		number = 0;
	slot->import_mode = attach.mode;
	slot->import_number = number;
	/* nobody knows where in the BAR it is, then */
	slot->import_ranges = number ? ranges :
				       ranges_one(0, attach.size / PAGE);
	return ret;
}

OP(import) = {
	.name = "import",
	.summary = "attach an importer to a dma-buf",
	.source = "ops-import.c",
	.needs = NEED_IMPORTER | NEED_DMABUF,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "slot of the dma-buf", 0, SLOT_NR_OWN - 1 },
		  { "mode", BARRAGE_IMPORTER_REVOCABLE,
		    BARRAGE_IMPORTER_DYNAMIC } },
	.run = do_import,
	/* revoked; closed by another actor meanwhile; a mode that cannot */
	.may = MAY(-ENODEV, -EBADF, -EINVAL, -EOPNOTSUPP, -EINTR),
};

static int do_import_map(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	struct barrage_importer_map map = {
		.access = BARRAGE_IMPORTER_READ | BARRAGE_IMPORTER_WRITE,
	};
	struct importer_before before =
		importer_look(actor->world, slot->import_number);
	int ret;

	/* what is mapped after a reset may be written to */
	if (slot->importer < 0 || !gate_enter(actor->world))
		return DONE_NOTHING;
	ret = importer_call(slot, BARRAGE_IMPORTER_MAP, &map);
	gate_leave(actor->world);
	if (!ret)
		importer_judge(actor->world, before, "mapping");
	return ret;
}

OP(import_map) = {
	.name = "import-map",
	.summary = "have the importer map it",
	.source = "ops-import.c",
	.needs = NEED_IMPORTER,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_import_map,
	.may = IMPORT_MAY,
};

static int do_import_unmap(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	struct barrage_importer_undo undo;

	if (slot->importer < 0)
		return DONE_NOTHING;
	return importer_call(slot, BARRAGE_IMPORTER_UNMAP, &undo);
}

OP(import_unmap) = {
	.name = "import-unmap",
	.summary = "the opposite",
	.source = "ops-import.c",
	.needs = NEED_IMPORTER,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_import_unmap,
	.may = IMPORT_MAY,
};

static int do_import_close(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);

	if (slot->importer < 0)
		return DONE_NOTHING;
	slot_detach(actor->world, slot);
	return 0;
}

OP(import_close) = {
	.name = "import-close",
	.summary = "unmap, detach, close the importer",
	.source = "ops-import.c",
	.needs = NEED_IMPORTER,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_import_close,
};

#define HOLD_LIMIT_MS 10000
#define HOLD_POLL_MS 1

/* An importer that is told of nothing may keep what it has. */
static bool is_told(const struct slot *slot)
{
	struct pollfd wait = { .fd = slot->importer, .events = POLLIN };
	struct barrage_importer_status status;

	poll(&wait, 1, HOLD_POLL_MS);
	return importer_status(slot, &status) ||
	       status.state != BARRAGE_IMPORTER_MAPPED;
}

/*
 * Whoever takes the memory off the bus tells importers, and waits for those that
 * have been told. One that was not told, with a call that does not return
 * meanwhile, is what that call waits for in vain.
 */
static int do_import_hold(struct actor *actor, const int64_t *arg)
{
	uint64_t end_ns = engine_now_ns() + HOLD_LIMIT_MS * 1000000ull;
	struct promise *off = &actor->world->shared->off;
	struct slot *slot = slot_of(actor, arg[0]);
	uint32_t begun = atomic_load(&off->begun);

	if (slot->importer < 0)
		return DONE_NOTHING;
	while (!is_told(slot)) {
		if (!atomic_load(&off->busy) ||
		    atomic_load(&off->begun) != begun)
			return 0;
		if (engine_now_ns() < end_ns)
			continue;
		engine_wrong(
			actor->world, ORACLE_HANG,
			"a reset waits for an importer that it does not tell");
		return 0;
	}
	return 0;
}

OP(import_hold) = {
	.name = "import-hold",
	.summary =
		"keep a mapping until it is revoked, or no reset is under way",
	.source = "ops-import.c",
	.needs = NEED_IMPORTER,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 } },
	.run = do_import_hold,
};
