// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that imports dma-bufs: barrage-importer, see importer-uapi.h. Each
 * transfer takes it 100 ms.
 */
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"

#include <errno.h>
#include <fcntl.h>
#include <importer-uapi.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PAGE 4096
#define MARK_BYTES 64

/* What the exporter promised before a call that it may refuse */
struct before {
	uint32_t off;
	bool gone;
};

static struct before look(struct world *world, uint64_t number)
{
	return (struct before){
		.off = promise_kept(&world->shared->off),
		.gone = lent_is_gone(&world->shared->lent, number),
	};
}

static void judge(struct world *world, struct before before, const char *what)
{
	if (promise_holds(&world->shared->off, before.off))
		engine_wrong(world, ORACLE_MODEL,
			     "%s of a dma-buf while memory is off", what);
	else if (before.gone)
		engine_wrong(world, ORACLE_MODEL,
			     "%s of a dma-buf that is gone for good", what);
}

static int call(const struct slot *slot, unsigned long number, void *arg)
{
	return ioctl(slot->importer, number, arg) ? -errno : 0;
}

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

static int open_importer(struct world *world, struct slot *slot)
{
	char path[80];

	snprintf(path, sizeof(path), "/dev/barrage-importer/%s",
		 world->importer);
	slot->importer = open(path, O_RDWR | O_CLOEXEC);
	if (slot->importer < 0)
		return -errno;
	atomic_fetch_add(&world->shared->nr_importers, 1);
	atomic_fetch_add(&world->shared->nr_imports, 1);
	return 0;
}

static int do_import(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	struct slot *from = slot_of(actor, arg[1]);
	struct barrage_importer_attach attach = {
		.fd = from->fd,
		.mode = (uint32_t)arg[2],
	};
	uint64_t number = from->fd_number;
	struct before before = look(actor->world, number);
	int ret;

	if (from->fd < 0)
		return DONE_NOTHING;
	slot_detach(actor->world, slot);
	ret = open_importer(actor->world, slot);
	if (!ret)
		ret = call(slot, BARRAGE_IMPORTER_ATTACH, &attach);
	/* a shared slot may have another one by now */
	if (!ret && from->fd_number == number && from->fd == attach.fd)
		judge(actor->world, before, "attachment");
	else
		number = 0;
	slot->import_mode = attach.mode;
	slot->import_number = number;
	slot->import_offset = from->fd_offset;
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
	struct before before = look(actor->world, slot->import_number);
	int ret;

	/* what is mapped after a reset may be written to */
	if (slot->importer < 0 || !gate_enter(actor->world))
		return DONE_NOTHING;
	ret = call(slot, BARRAGE_IMPORTER_MAP, &map);
	gate_leave(actor->world);
	if (!ret)
		judge(actor->world, before, "mapping");
	return ret;
}

#define IMPORT_MAY                                                             \
	MAY(-ENODEV, -ENOTCONN, -ENOENT, -EBUSY, -ESTALE, -EAGAIN, -EACCES,    \
	    -EINTR)

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
	return call(slot, BARRAGE_IMPORTER_UNMAP, &undo);
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

static int get_status(const struct slot *slot,
		      struct barrage_importer_status *status)
{
	return call(slot, BARRAGE_IMPORTER_STATUS, status);
}

#define HOLD_LIMIT_MS 10000
#define HOLD_POLL_MS 1

/* An importer that is told of nothing may keep what it has. */
static bool is_told(const struct slot *slot)
{
	struct pollfd wait = { .fd = slot->importer, .events = POLLIN };
	struct barrage_importer_status status;

	poll(&wait, 1, HOLD_POLL_MS);
	return get_status(slot, &status) ||
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

/* A dynamic importer maps again by itself, after a reset as well: see gate. */
static int do_import_dma(struct actor *actor, const int64_t *arg)
{
	struct slot *slot = slot_of(actor, arg[0]);
	struct barrage_importer_dma dma = {
		.flags = arg[2] ? BARRAGE_IMPORTER_DMA_TO_DMABUF : 0,
		.offset = (uint64_t)arg[1] * PAGE,
		.length = BARRAGE_IMPORTER_BUFFER_BYTES,
	};
	struct before before = look(actor->world, slot->import_number);
	bool inside = slot->import_mode == BARRAGE_IMPORTER_DYNAMIC;
	int ret;

	if (slot->importer < 0 || (inside && !gate_enter(actor->world)))
		return DONE_NOTHING;
	gate_take_off(actor->world);
	io_claim_all(actor);
	ret = judge_engine(actor->world,
			   call(slot, BARRAGE_IMPORTER_DMA, &dma));
	gate_land(actor->world);
	if (inside)
		gate_leave(actor->world);
	if (!ret)
		judge(actor->world, before, "DMA");
	return ret;
}

OP(import_dma) = {
	.name = "import-dma",
	.summary = "DMA by the importer; it takes 100 ms",
	.source = "ops-import.c",
	.needs = NEED_IMPORTER,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 },
		  { "page", 0, 511 },
		  { "write", 0, 1 } },
	.run = do_import_dma,
	.may = IMPORT_MAY,
};

/* of this time and this actor */
static void make_mark(const struct actor *actor, uint64_t mark[MARK_BYTES / 8])
{
	uint64_t value = engine_now_ns() ^ (uint64_t)actor->index << 56;

	for (int i = 0; i < MARK_BYTES / 8; i++)
		mark[i] = value =
			value * 6364136223846793005ull + 1442695040888963407ull;
}

static bool has_mark(const struct world *world, uint64_t at, const void *mark)
{
	char there[MARK_BYTES];

	return pread(world->device.vfio, there, MARK_BYTES,
		     (off_t)(((uint64_t)world->device.bar << 40) + at)) ==
		       MARK_BYTES &&
	       !memcmp(there, mark, MARK_BYTES);
}

/* to where the last mapping had @offset */
static int dma_stale(const struct slot *slot, uint64_t offset, void *mark)
{
	struct barrage_importer_buffer buffer = {
		.data = (uintptr_t)mark,
		.length = MARK_BYTES,
	};
	struct barrage_importer_dma dma = {
		.flags = BARRAGE_IMPORTER_DMA_TO_DMABUF |
			 BARRAGE_IMPORTER_DMA_STALE,
		.offset = offset,
		.length = MARK_BYTES,
	};
	int ret = call(slot, BARRAGE_IMPORTER_STORE, &buffer);

	return ret ? ret : call(slot, BARRAGE_IMPORTER_DMA, &dma);
}

/*
 * An importer that was told to give up its mapping and did so misbehaves: it goes
 * on with its DMA. The IOMMU has to stop that. With other importers of the device
 * the addresses could be theirs by now.
 */
static int do_import_stale(struct actor *actor, const int64_t *arg)
{
	struct shared *shared = actor->world->shared;
	uint32_t nr = atomic_load(&shared->nr_imports);
	struct slot *slot = slot_of(actor, arg[0]);
	uint64_t offset = (uint64_t)arg[1] * PAGE, mark[MARK_BYTES / 8];
	struct barrage_importer_status status;
	int ret;

	if (slot->importer < 0 || atomic_load(&shared->nr_importers) != 1 ||
	    get_status(slot, &status) ||
	    status.state != BARRAGE_IMPORTER_REVOKED)
		return DONE_NOTHING;
	make_mark(actor, mark);
	ret = judge_engine(actor->world, dma_stale(slot, offset, mark));
	if (!ret && atomic_load(&shared->nr_imports) == nr &&
	    has_mark(actor->world, slot->import_offset + offset, mark))
		engine_wrong(actor->world, ORACLE_DMA,
			     "DMA by a mapping that was revoked arrived");
	return ret;
}

OP(import_stale) = {
	.name = "import-stale",
	.summary = "DMA to what was revoked, which the IOMMU stops",
	.source = "ops-import.c",
	.needs = NEED_IMPORTER | NEED_VFIO,
	.args = { { "slot", 0, SLOT_NR_OWN - 1 }, { "page", 0, 511 } },
	.run = do_import_stale,
	.may = IMPORT_MAY,
};
