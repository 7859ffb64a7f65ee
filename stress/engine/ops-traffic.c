// SPDX-License-Identifier: GPL-2.0-only
/* RDMA to memory regions of the BAR and from them: several requests in flight */
#include "engine.h"
#include "io.h"
#include "needs.h"
#include "ops.h"
#include "rdma.h"
#include "stamp.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* one transfer, there and back */
struct traffic {
	struct slot *slot;
	struct rdma_region *region;
	uint64_t page; /* of the BAR */
	bool known; /* which of its pages those are */
	struct rdma_transfer to;
	uint64_t generation;
	uint32_t quiet; /* since then nobody has taken the memory off the bus */
};

/*
 * Where the pages are known, others who write to them say so, and who has a region
 * of them has no part in what is elsewhere.
 */
static bool begin(struct actor *actor, const int64_t *arg,
		  struct traffic *traffic)
{
	struct slot *slot = slot_of(actor, arg[0]);
	unsigned int nr = (unsigned int)arg[2], of = (unsigned int)arg[3] ?: 1;
	struct ranges ranges = slot->region_ranges;
	uint64_t page = (uint64_t)arg[1] % (ranges_pages(&ranges) ?: 1), left;
	uint64_t bar_page = ranges_find(&ranges, page, &left);

	/* in one range: what comes next in the region is elsewhere in the BAR */
	if (left && nr > left)
		nr = (unsigned int)left;
	*traffic = (struct traffic){
		.slot = slot,
		.region = slot->region,
		.page = bar_page,
		.known = slot->region_number,
		.generation = engine_now_ns(),
		.quiet = promise_quiet(&actor->world->shared->off),
		.to = {
			.host = actor->host,
			.offset = page * RDMA_PAGE,
			.nr_pages = nr,
			.nr_requests = of < nr ? of : nr,
		},
	};
	if (!traffic->region)
		return false;
	if (traffic->known)
		io_claim_pages(actor, traffic->page, nr);
	else
		io_claim_all(actor);
	return true;
}

static struct brg_block_stamp stamp_for(const struct actor *actor,
					const struct traffic *traffic)
{
	return stamp_of(actor->world, DISK_NONE, traffic->generation);
}

static size_t bytes_of(const struct traffic *traffic)
{
	return (size_t)traffic->to.nr_pages * RDMA_PAGE;
}

static int write_all(struct actor *actor, struct traffic *traffic)
{
	struct brg_block_stamp stamp = stamp_for(actor, traffic);
	int ret = brg_block_fill(actor->host, bytes_of(traffic),
				 traffic->page * RDMA_PAGE, &stamp);

	return ret ? ret : rdma_run(traffic->region, &traffic->to);
}

/* into the same memory of the host, which has nothing of it before */
static int read_all(struct actor *actor, struct traffic *traffic)
{
	struct rdma_transfer back = traffic->to;

	memset(actor->host, 0, bytes_of(traffic));
	back.read = true;
	return rdma_run(traffic->region, &back);
}

static void compare(struct actor *actor, const struct traffic *traffic,
		    const char *how)
{
	struct brg_block_stamp stamp = stamp_for(actor, traffic);
	struct brg_block_report report;

	if (!brg_block_check(actor->host, bytes_of(traffic),
			     traffic->page * RDMA_PAGE, &stamp, &report))
		return;
	if (traffic->known &&
	    io_pages_prove(actor, traffic->page, traffic->to.nr_pages))
		engine_wrong(actor->world, ORACLE_DATA,
			     "wrong data %s where RDMA had succeeded: %s", how,
			     report.text);
}

/*
 * By the CPU, past all mappings. What has been read by the same queue has arrived.
 * Where the memory may have been off since the transfer began, and may have to be
 * enabled by its user, what is there says nothing.
 */
static void look_at_bar(struct actor *actor, const struct traffic *traffic)
{
	const struct device *device = &actor->world->device;
	struct promise *off = &actor->world->shared->off;
	off_t at = device_at(device->bar, traffic->page * RDMA_PAGE);
	size_t bytes = bytes_of(traffic);

	if (pread(device->vfio, actor->host, bytes, at) == (ssize_t)bytes &&
	    promise_still(off, traffic->quiet))
		compare(actor, traffic, "in a BAR");
}

static void judge(struct world *world, uint32_t off, bool gone)
{
	if (promise_holds(&world->shared->off, off))
		engine_wrong(world, ORACLE_MODEL,
			     "RDMA to a region while memory is off");
	else if (gone)
		engine_wrong(
			world, ORACLE_MODEL,
			"RDMA to a region of a dma-buf that is gone for good");
}

/* A region that was revoked is so for good: nothing has to keep it out. */
static int do_traffic(struct actor *actor, const int64_t *arg, bool by_cpu)
{
	struct shared *shared = actor->world->shared;
	const struct slot *slot = slot_of(actor, arg[0]);
	uint32_t off = promise_kept(&shared->off);
	bool gone = lent_is_gone(&shared->lent, slot->region_number);
	struct traffic traffic;
	int ret;

	if (!begin(actor, arg, &traffic))
		return DONE_NOTHING;
	gate_take_off(actor->world);
	ret = write_all(actor, &traffic);
	if (!ret) {
		judge(actor->world, off, gone);
		ret = read_all(actor, &traffic);
	}
	gate_land(actor->world);
	if (!ret)
		compare(actor, &traffic, "in the host");
	if (!ret && by_cpu)
		look_at_bar(actor, &traffic);
	/* a device that is software has no memory for it, and a call no other word */
	return ret == -EIO && (actor->failing || atomic_load(&shared->scarce)) ?
		       -ENOMEM :
		       ret;
}

static int do_mr_write(struct actor *actor, const int64_t *arg)
{
	return do_traffic(actor, arg, true);
}

#define TRAFFIC_OP(id, called, tells)                                          \
	OP(id) = {                                                             \
		.name = called,                                                \
		.summary = tells,                                              \
		.source = "ops-traffic.c",                                     \
		.needs = NEED_RDMA,                                            \
		.args = { { "slot", 0, SLOT_NR_OWN - 1 },                      \
			  { "page", 0, 500 },                                  \
			  { "pages", 1, 11 },                                  \
			  { "requests in flight", 1, RDMA_MAX_REQUESTS } },    \
		.run = do_##id, /* it was revoked */                           \
		.may = MAY(-EACCES),                                           \
	}

TRAFFIC_OP(mr_write, "mr-write",
	   "RDMA WRITEs into a region, compared with what the CPU finds there");

static int do_mr_read(struct actor *actor, const int64_t *arg)
{
	return do_traffic(actor, arg, false);
}

TRAFFIC_OP(mr_read, "mr-read",
	   "RDMA WRITEs into a region and READs from it, compared");
