// SPDX-License-Identifier: GPL-2.0-only
#include "io.h"

#include "stamp.h"

#include <errno.h>
#include <unistd.h>

#define PAGE 4096
/* VFIO_PCI_P2P_EXTERNAL_TIMEOUT */
#define EXTERNAL_MS 10000
#define POISON 0x9015015015015015ull

/* is what others do to the memory over? */
static void look(struct actor *actor)
{
	actor->steady = promise_quiet(&actor->world->shared->shaken);
	actor->ready = promise_quiet(&actor->world->shared->unready);
	actor->begun = atomic_load(&actor->world->shared->begun);
	actor->looked_ns = engine_now_ns();
}

/* P2P memory is never given back to who was mapped before a reset: see gate */
bool io_begin(struct actor *actor, const struct slot *slot)
{
	bool inside = slot->kind != SLOT_P2P;

	if (inside && !gate_enter(actor->world))
		return false;
	actor->inside = inside;
	actor->unready = slot->kind == SLOT_P2P && slot->unready;
	look(actor);
	gate_take_off(actor->world);
	return true;
}

/* A shared slot may have another mapping by now: what counts is what it began with. */
void io_has_pages(struct actor *actor)
{
	if (actor->inside)
		gate_leave(actor->world);
	actor->inside = false;
}

void io_end(struct actor *actor)
{
	gate_land(actor->world);
	io_has_pages(actor);
}

int io_whole(int64_t done, size_t bytes)
{
	if (done < 0)
		return (int)done;
	/* a later page was not there: what came before it is right */
	return (size_t)done == bytes ? 0 : -EFAULT;
}

int io_whole_call(ssize_t got, size_t bytes)
{
	return io_whole(got < 0 ? -errno : got, bytes);
}

bool io_was_steady(struct actor *actor)
{
	return promise_still(&actor->world->shared->shaken, actor->steady);
}

bool io_was_ready(const struct actor *actor)
{
	return !actor->unready;
}

/*
 * A mapping of P2P memory of before a reset has nothing of what that gives back. Others
 * fault it in.
 */
static bool was_ready(const struct actor *actor, const struct slot *slot)
{
	return slot->kind == SLOT_P2P ?
		       !slot->unready :
		       promise_still(&actor->world->shared->unready,
				     actor->ready);
}

/*
 * A reset that nobody can refuse waits for I/O for as long as the memory was registered
 * with, and no longer; one that the kernel does by itself for ten seconds at most.
 */
bool io_was_given_up(const struct actor *actor, uint64_t begin_ns)
{
	const struct shared *shared = actor->world->shared;
	uint64_t least_ms = atomic_load(&shared->least_ms);

	if (!least_ms || least_ms > EXTERNAL_MS)
		least_ms = EXTERNAL_MS;
	return atomic_load(&shared->begun) != actor->begun &&
	       engine_now_ns() - begin_ns >= least_ms * 1000000;
}

/* who has no memory for it may say so in this way, too */
int io_judge(struct actor *actor, const struct slot *slot, int ret)
{
	bool has_pages = slot->kind == SLOT_P2P || slot->kind == SLOT_BAR;

	if (has_pages && ret == -EIO && !actor->failing &&
	    io_was_steady(actor) && was_ready(actor, slot) &&
	    !io_was_given_up(actor, actor->looked_ns))
		engine_wrong(actor->world, ORACLE_DATA,
			     "I/O with %s failed on its way: EIO",
			     slot->kind == SLOT_P2P ? "P2P memory" :
						      "struct pages of a BAR");
	return ret;
}

/* What a P2P mapping has is its own; of the host's memory there is no telling. */
static bool is_shared(const struct slot *slot)
{
	return slot->kind == SLOT_BAR || slot->kind == SLOT_DMABUF;
}

static uint64_t first_page(const struct slot *slot, const char *addr)
{
	return slot_bar_page(slot, (uint64_t)(addr - slot->addr) / PAGE);
}

/* its pages come one after the other in the BAR, too */
static bool is_whole(const struct slot *slot)
{
	return slot->kind != SLOT_DMABUF || slot->map_ranges.nr < 2;
}

void io_claim_pages(struct actor *actor, uint64_t first, uint64_t nr)
{
	uint8_t me = (uint8_t)(actor->index + 1);

	look(actor);
	actor->claimed = promise_quiet(&actor->world->shared->registered);
	actor->untouched = promise_quiet(&actor->world->shared->astray);
	for (uint64_t page = first; page < first + nr && page < BAR_NR_PAGES;
	     page++) {
		_Atomic uint8_t *user = &actor->world->shared->users[page];
		uint8_t found = 0;

		if (!atomic_compare_exchange_strong(user, &found, me) &&
		    found != me)
			atomic_store(user, NR_USERS);
	}
}

void io_claim(struct actor *actor, const struct slot *slot, const char *addr,
	      size_t bytes)
{
	look(actor);
	if (slot->kind == SLOT_DMABUF && !slot->map_number)
		io_claim_all(actor); /* nobody knows which one it is */
	else if (is_shared(slot) && is_whole(slot))
		io_claim_pages(actor, first_page(slot, addr), bytes / PAGE);
	else if (is_shared(slot))
		for (size_t at = 0; at < bytes; at += PAGE)
			io_claim_pages(actor, first_page(slot, addr + at), 1);
}

bool io_overlap(const struct slot *one, const struct slot *other, uint64_t nr)
{
	if (!is_whole(one) || !is_whole(other))
		return true;
	return is_shared(one) && is_shared(other) &&
	       one->bar_page < other->bar_page + nr &&
	       other->bar_page < one->bar_page + nr;
}

bool io_is_own(const struct actor *actor, const struct slot *slot)
{
	return slot->kind == SLOT_P2P && slot >= actor->slots &&
	       slot < actor->slots + SLOT_NR_OWN;
}

bool io_can_write(const struct actor *actor, const struct slot *slot)
{
	return io_is_own(actor, slot) ||
	       (slot->kind == SLOT_BAR && slot >= actor->slots &&
		slot < actor->slots + SLOT_NR_OWN && !actor->world->device.pmr);
}

/*
 * The first and the last word of each page. What is read back has arrived: it does
 * not come after what the disk writes. Memory that is gone is the I/O's to notice.
 */
void io_poison(struct actor *actor, const struct slot *slot, char *addr,
	       size_t bytes)
{
	uint64_t word = POISON;
	int ret = 0;

	if (!io_is_own(actor, slot))
		return;
	for (size_t at = 0; at < bytes && !ret; at += PAGE) {
		uint64_t *page = (uint64_t *)(addr + at);

		ret = touch_copy(page, &word, 1);
		if (!ret)
			ret = touch_copy(page + PAGE / 8 - 1, &word, 1);
	}
	if (!ret)
		touch_copy(&word, (uint64_t *)addr, 1);
}

void io_claim_all(struct actor *actor)
{
	for (int page = 0; page < BAR_NR_PAGES; page++)
		atomic_store(&actor->world->shared->users[page], NR_USERS);
}

/* While the BAR is registered, those who have P2P memory claim nothing. */
static bool are_mine(struct actor *actor, uint64_t first, uint64_t nr)
{
	struct shared *shared = actor->world->shared;

	if (!promise_still(&shared->registered, actor->claimed) ||
	    !promise_still(&shared->astray, actor->untouched))
		return false;
	for (uint64_t page = first; page < first + nr; page++)
		if (page >= BAR_NR_PAGES ||
		    atomic_load(&shared->users[page]) != actor->index + 1)
			return false;
	return true;
}

/* nothing has begun since that may have emptied the device's memory, or kept it shut */
static bool is_kept(struct actor *actor)
{
	const struct world *world = actor->world;

	if (!promise_still(&world->shared->unready, actor->ready))
		return false;
	return !world->device.forgets ||
	       atomic_load(&world->shared->begun) == actor->begun;
}

/* whoever claims them later has not written to them yet */
bool io_pages_prove(struct actor *actor, uint64_t first, uint64_t nr)
{
	return are_mine(actor, first, nr) && is_kept(actor);
}

bool io_proves(struct actor *actor, const struct slot *slot, const char *addr,
	       size_t bytes)
{
	if (is_shared(slot) && !is_whole(slot))
		return false;
	if (is_shared(slot))
		return io_pages_prove(actor, first_page(slot, addr),
				      bytes / PAGE);
	return io_was_steady(actor) && was_ready(actor, slot);
}

int io_compare(struct actor *actor, const struct slot *slot, int fd,
	       const char *addr, size_t bytes, uint64_t offset)
{
	char text[ENGINE_TEXT_BYTES];
	int ret = stamp_look(actor, stamp_kind(actor->world, fd), addr, bytes,
			     offset, text);

	if (ret != 1)
		return ret;
	if (io_proves(actor, slot, addr, bytes))
		engine_wrong(actor->world, ORACLE_DATA,
			     "wrong data where a read had succeeded: %s", text);
	return 0;
}
