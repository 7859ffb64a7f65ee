// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct I/O that goes on behind the end of a mapping: what is mapped is transferred,
 * or nothing, and nothing else is changed, neither behind the mapping nor behind its
 * memory.
 */
#include "engine.h"
#include "fresh.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "own.h"
#include "stamp.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define GUARD 0xa5

/*
 * One such I/O: @addr and @bytes are the end of the mapping, @behind what there is of
 * the I/O after that.
 */
struct edge {
	const struct slot *slot;
	char *addr;
	size_t bytes;
	size_t behind;
	uint64_t offset;
	struct fresh fresh;
};

/* Memory that is there, and that a disk may not write to; without it a hole. */
static int set_guard(const struct edge *edge, bool readable)
{
	char *guard = edge->addr + edge->bytes;
	int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;

	if (mmap(guard, edge->behind, readable ? PROT_WRITE : PROT_NONE, how,
		 -1, 0) == MAP_FAILED)
		return -errno;
	if (!readable)
		return 0;
	memset(guard, GUARD, edge->behind);
	return mprotect(guard, edge->behind, PROT_READ) ? -errno : 0;
}

static void look_at_guard(struct actor *actor, const struct edge *edge)
{
	const char *guard = edge->addr + edge->bytes;

	for (size_t at = 0; at < edge->behind; at++)
		if ((unsigned char)guard[at] != GUARD) {
			engine_wrong(
				actor->world, ORACLE_DATA,
				"a read has changed memory %zu bytes behind the end of a mapping",
				at);
			return;
		}
}

/* How much of the mapping was transferred, in bytes; -errno */
static ssize_t judge_length(struct actor *actor, const struct edge *edge,
			    ssize_t got)
{
	if (got < 0) {
		int err = -errno;

		return io_judge(actor, edge->slot, err);
	}
	if ((size_t)got <= edge->bytes)
		return got;
	engine_wrong(actor->world, ORACLE_DATA,
		     "I/O of %zd bytes, and only %zu are mapped", got,
		     edge->bytes);
	return (ssize_t)edge->bytes;
}

static int read_over(struct actor *actor, struct edge *edge)
{
	int ret = set_guard(edge, true), fd = actor->world->disk;
	ssize_t got;

	if (ret)
		return ret;
	io_claim(actor, edge->slot, edge->addr, edge->bytes);
	io_poison(actor, edge->slot, edge->addr, edge->bytes);
	got = judge_length(actor, edge,
			   pread(fd, edge->addr, edge->bytes + edge->behind,
				 (off_t)edge->offset));
	look_at_guard(actor, edge);
	if (got < PAGE)
		return got < 0 ? (int)got : 0;
	return io_compare(actor, edge->slot, fd, edge->addr,
			  (size_t)got / PAGE * PAGE, edge->offset);
}

static int write_over(struct actor *actor, struct edge *edge)
{
	int ret, fd = actor->world->disk;
	struct own own;
	ssize_t got;

	io_claim(actor, edge->slot, edge->addr, edge->bytes);
	own_begin(actor, fd, &own);
	ret = own_fill(actor, &own, edge->addr, edge->bytes, 0);
	if (!ret)
		ret = set_guard(edge, false);
	if (ret)
		return ret;
	got = judge_length(actor, edge,
			   pwrite(fd, edge->addr, edge->bytes + edge->behind,
				  (off_t)own_offset(actor, 0)));
	if (got >= PAGE &&
	    io_proves(actor, edge->slot, edge->addr, edge->bytes) &&
	    own_read(actor, &own, got / PAGE))
		own_judge(actor, &own, 0, got / PAGE);
	return got < 0 ? (int)got : 0;
}

/* P2P memory that comes after it is most likely what is allocated next. */
static int with_neighbour(struct actor *actor, struct edge *edge, int64_t index,
			  int (*run)(struct actor *actor, struct edge *edge))
{
	const int64_t one[ENGINE_NR_ARGS] = { index, 1 };
	int ret;

	if (edge->slot->kind == SLOT_P2P && !op_p2p_map.run(actor, one))
		fresh_fill(actor, slot_of(actor, index), &edge->fresh);
	ret = run(actor, edge);
	fresh_judge(actor, &edge->fresh);
	if (edge->fresh.bytes)
		slot_unmap(slot_of(actor, index));
	return ret;
}

static int over_end(struct actor *actor, const int64_t *arg,
		    int (*run)(struct actor *actor, struct edge *edge))
{
	const struct slot *slot = slot_of(actor, arg[0]);
	struct edge edge = {
		.slot = slot,
		.behind = (size_t)arg[2] * PAGE,
		.offset = (uint64_t)(arg[3] % STAMP_NR_BLOCKS) * PAGE,
	};
	int64_t page, nr;
	int ret;

	if (arg[0] >= SLOT_NR_OWN || actor->world->disk < 0 ||
	    slot_end_range(slot, -arg[1], &page, &nr) ||
	    slot->bytes + edge.behind > SLOT_BYTES || !io_begin(actor, slot))
		return DONE_NOTHING;
	edge.addr = slot->addr + page * PAGE;
	edge.bytes = (size_t)nr * PAGE;
	ret = with_neighbour(actor, &edge, (arg[0] + 1) % SLOT_NR_OWN, run);
	set_guard(&edge, false);
	io_end(actor);
	return ret;
}

static int do_read_over_end(struct actor *actor, const int64_t *arg)
{
	return over_end(actor, arg, read_over);
}

#define EDGE_OP(id, called, tells)                                             \
	OP(id) = {                                                             \
		.name = called,                                                \
		.summary = tells,                                              \
		.source = "ops-edge.c",                                        \
		.needs = NEED_DISK,                                            \
		.args = { { "slot", 0, SLOT_NR_OWN - 1 },                      \
			  { "pages before the end", 1, 16 },                   \
			  { "pages behind it", 1, 8 },                         \
			  { "block of the disk", 0, 1007 } },                  \
		.run = do_##id,                                                \
		.may = IO_MAY,                                                 \
	}

EDGE_OP(read_over_end, "read-over-end",
	"pread() that goes on behind the end of a mapping, where a disk must not write");

static int do_write_over_end(struct actor *actor, const int64_t *arg)
{
	const struct slot *slot = slot_of(actor, arg[0]);

	if (!io_can_write(actor, slot) || actor->world->disk < 0 ||
	    !own_fits(actor, actor->world->disk))
		return DONE_NOTHING;
	return over_end(actor, arg, write_over);
}

EDGE_OP(write_over_end, "write-over-end",
	"pwrite() that goes on behind the end of a mapping, where nothing is");
