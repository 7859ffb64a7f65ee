// SPDX-License-Identifier: GPL-2.0-only
/* A BAR becomes P2P memory, and ends being it */
#include "engine.h"
#include "needs.h"
#include "ops.h"
#include "p2p.h"
#include "power.h"

#include <errno.h>
#include <linux/vfio.h>

#define MIB2 (2ull << 20)

/*
 * A registration takes no longer than to make struct pages of some MiB. The end of one
 * waits for I/O, up to its timeout, and nothing else: the last page that comes back
 * wakes it. Both may wait for a reset, which has such a bound itself.
 */
#define BOUND_MS 15000

/*
 * Registration refuses a BAR of which there is a dma-buf, and export one that is
 * registered: both cannot have succeeded. Those of before the device was closed
 * do not count.
 */
static void look_for_dmabufs(struct world *world, uint32_t number)
{
	struct lent *lent = &world->shared->lent;
	uint32_t nr_let_go = atomic_load(&lent->nr_let_go);

	if (atomic_load(&lent->nr_held) > 0 && !atomic_load(&lent->closed) &&
	    atomic_load(&lent->nr_let_go) == nr_let_go &&
	    promise_holds(&world->shared->registered, number))
		engine_wrong(world, ORACLE_MODEL,
			     "registered, and there is a dma-buf of the BAR");
}

static int do_register(struct actor *actor, const int64_t *arg)
{
	struct promise *registered = &actor->world->shared->registered;
	struct pinned *pinned = &actor->world->shared->pinned;
	struct device *device = &actor->world->device;
	uint64_t since = pinned_since(pinned, 0, BAR_NR_PAGES);
	uint64_t bytes = arg[3] ? device->other_bar_bytes : device->bar_bytes;
	uint64_t from = arg[0] < 0 ? bytes : 0;
	uint64_t offset = from + (uint64_t)arg[0] * MIB2;
	uint64_t length = (uint64_t)arg[1] * MIB2;
	uint32_t number;
	int ret;

	if (device->vfio < 0 || !bytes || offset + length > bytes)
		return DONE_NOTHING;
	p2p_note_time(actor->world->shared, (uint32_t)arg[2]);
	if (arg[3]) {
		atomic_store(&actor->world->shared->two_bars, true);
		return p2p_register(device, device->other_bar, offset, length,
				    (uint32_t)arg[2]);
	}
	number = promise_begin(registered);
	ret = p2p_register(device, device->bar, offset, length,
			   (uint32_t)arg[2]);
	promise_end(registered, number, !ret);
	if (ret)
		return ret;
	look_for_dmabufs(actor->world, number);
	if (pinned_still(pinned, since))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "registered, and I/O has pages of the BAR pinned");
	return 0;
}

OP(register) = {
	.name = "register",
	.summary = "register a range of the BAR as P2P memory",
	.source = "ops-register.c",
	.needs = NEED_VFIO | NEED_P2P,
	.args = { { "offset, 2 MiB; below 0: from the end", -1, 0 },
		  { "length, 2 MiB", 1, 4 },
		  { "timeout of resets, ms", 20000, 20000 },
		  { "other BAR", 0, 0 } },
	.run = do_register,
	.bound_ms = BOUND_MS,
	.may = MAY(-EEXIST, -EBUSY, -EIO),
};

static int do_unregister(struct actor *actor, const int64_t *arg)
{
	struct device *device = &actor->world->device;
	struct shared *shared = actor->world->shared;
	uint32_t number, ending;
	int ret;

	if (device->vfio < 0)
		return DONE_NOTHING;
	if (arg[1] && device->other_bar == device->bar)
		return DONE_NOTHING;
	if (arg[1])
		return p2p_unregister(device, device->other_bar,
				      (uint32_t)arg[0]);
	number = promise_begin(&shared->registered);
	ending = power_will_end(shared);
	ret = p2p_unregister(device, device->bar, (uint32_t)arg[0]);
	/* mappings of another BAR's memory stay, and nobody knows which are */
	if (!ret && !atomic_load(&shared->two_bars))
		power_has_ended(shared, ending);
	promise_end(&shared->registered, number, false);
	return ret;
}

OP(unregister) = {
	.name = "unregister",
	.summary = "undo that",
	.source = "ops-register.c",
	.needs = NEED_VFIO | NEED_P2P,
	.args = { { "timeout, ms", 20000, 20000 }, { "other BAR", 0, 0 } },
	.run = do_unregister,
	.bound_ms = BOUND_MS,
	.may = MAY(-ENOENT, -EBUSY),
};

static int do_unregister_any(struct actor *actor, const int64_t *arg)
{
	int ret = do_unregister(actor, arg);

	return ret == -ENOENT ? DONE_NOTHING : ret;
}

OP(unregister_any) = {
	.name = "unregister-any",
	.summary = "the same, be there a registration or not",
	.source = "ops-register.c",
	.needs = NEED_VFIO | NEED_P2P,
	.args = { { "timeout, ms", 20000, 20000 }, { "other BAR", 0, 0 } },
	.run = do_unregister_any,
	.bound_ms = BOUND_MS,
	.may = MAY(-EBUSY),
};

static int do_query(struct actor *actor, const int64_t *arg)
{
	struct device *device = &actor->world->device;
	uint64_t length = 0;
	int state;

	if (device->vfio < 0)
		return DONE_NOTHING;
	state = p2p_state(device, device->bar, &length);
	if (state > VFIO_P2P_STATE_DRAINING)
		engine_wrong(actor->world, ORACLE_RESULT, "query: state %d",
			     state);
	if (state > 0 && !length)
		engine_wrong(actor->world, ORACLE_RESULT,
			     "query: registered, of no length");
	return state < 0 ? state : DONE_BYTE(state);
}

OP(query) = {
	.name = "query",
	.summary = "ask for the state of the registration: VFIO_P2P_STATE_*",
	.source = "ops-register.c",
	.needs = NEED_VFIO | NEED_P2P,
	.run = do_query,
};

/* The files are there for as long as a BAR of the device is registered. */
static int do_read_pool(struct actor *actor, const int64_t *arg)
{
	struct promise *registered = &actor->world->shared->registered;
	const char *bdf = actor->world->device.bdf;
	uint32_t kept = promise_kept(registered);
	uint64_t size, available, published;
	int ret = p2p_read(bdf, "size", &size);

	if (!ret)
		ret = p2p_read(bdf, "available", &available);
	if (!ret)
		ret = p2p_read(bdf, "published", &published);
	if (ret == -ENOENT && promise_holds(registered, kept))
		engine_wrong(actor->world, ORACLE_MODEL,
			     "a BAR is registered, and there is no p2pmem");
	return ret;
}

OP(read_pool) = {
	.name = "read-pool",
	.summary = "read p2pmem/size, available and published",
	.source = "ops-register.c",
	.needs = NEED_PROVIDER,
	.run = do_read_pool,
	.may = MAY(-ENOENT, -ENODEV),
};

#define FREE_LIMIT_MS 20000

/*
 * At a quiet point: all that was allocated has to come back. Pages are given
 * back by RCU callbacks and by I/O that ends, hence the wait.
 */
static int do_expect_free(struct actor *actor, const int64_t *arg)
{
	uint64_t end_ns = engine_now_ns() + FREE_LIMIT_MS * 1000000ull;
	const char *bdf = actor->world->device.bdf;
	uint64_t size = 0, available = 0;

	do {
		if (p2p_read(bdf, "size", &size) ||
		    p2p_read(bdf, "available", &available))
			return DONE_NOTHING;
		if (size == available)
			return 0;
		engine_pause_us(1000);
	} while (engine_now_ns() < end_ns);
	engine_wrong(actor->world, ORACLE_LEAK,
		     "leak: %llu of %llu bytes of P2P memory never came back",
		     (unsigned long long)(size - available),
		     (unsigned long long)size);
	return 0;
}

OP(expect_free) = {
	.name = "expect-free",
	.summary = "all P2P memory is free again: nobody may have any",
	.source = "ops-register.c",
	.needs = NEED_VFIO,
	.run = do_expect_free,
};

/*
 * At a quiet point, with no dma-buf: no struct pages of one are left, or the BAR
 * could not be registered. Pages go when the last I/O has let them go, and what
 * others had used up comes back when they have ended.
 */
static int do_expect_unused(struct actor *actor, const int64_t *arg)
{
	static const int64_t whole[ENGINE_NR_ARGS] = { 0, 1, 20000 };
	uint64_t end_ns = engine_now_ns() + FREE_LIMIT_MS * 1000000ull;
	int ret;

	/* strangers may have left dma-bufs in slots that are for all */
	if (!actor->strict)
		slots_clear(actor->world, actor->world->slots, SLOT_NR_SHARED);
	while ((ret = do_register(actor, whole)) == -EBUSY || ret == -ENOMEM) {
		if (engine_now_ns() > end_ns) {
			engine_wrong(
				actor->world, ORACLE_LEAK,
				ret == -EBUSY ?
					"leak: the BAR is in use when nobody uses it" :
					"leak: no memory for struct pages when nobody uses any");
			return 0;
		}
		engine_pause_us(1000);
	}
	return ret ? ret : do_unregister(actor, &whole[2]);
}

OP(expect_unused) = {
	.name = "expect-unused",
	.summary = "the BAR can be registered: nobody may use it",
	.source = "ops-register.c",
	.needs = NEED_VFIO | NEED_P2P,
	.run = do_expect_unused,
};
