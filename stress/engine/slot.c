// SPDX-License-Identifier: GPL-2.0-only
/*
 * Places for mappings. They are taken once and never given back: what an actor
 * unmaps becomes PROT_NONE, so that nothing else of the process can come to be
 * where another actor still reads or writes.
 */
#include "engine.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

void slots_init(struct world *world, struct slot *slots, unsigned int nr,
		unsigned int part)
{
	for (unsigned int i = 0; i < nr; i++) {
		slots[i] = (struct slot){ .fd = -1 };
		slots[i].addr =
			world->arena + (part * SLOT_NR_OWN + i) * SLOT_BYTES;
	}
}

void slots_clear(struct slot *slots, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		slot_unmap(&slots[i]);
		slot_close(&slots[i]);
	}
}

struct slot *slot_of(struct actor *actor, int64_t arg)
{
	if (arg < SLOT_NR_OWN)
		return &actor->slots[arg];
	return &actor->world->slots[(arg - SLOT_NR_OWN) % SLOT_NR_SHARED];
}

int slot_map(struct actor *actor, struct slot *slot, enum slot_kind kind,
	     int fd, uint64_t offset, size_t bytes)
{
	int how = MAP_SHARED | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);

	slot_unmap(slot);
	if (mmap(slot->addr, bytes, PROT_READ | PROT_WRITE, how, fd,
		 (off_t)offset) == MAP_FAILED)
		return -errno;
	/* afterwards: a reset in between only makes the check weaker */
	slot->epoch = atomic_load(&actor->world->shared->begun);
	slot->bytes = bytes;
	slot->kind = kind;
	return 0;
}

void slot_unmap(struct slot *slot)
{
	if (slot->kind == SLOT_EMPTY)
		return;
	slot->kind = SLOT_EMPTY;
	mmap(slot->addr, SLOT_BYTES, PROT_NONE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
}

void slot_close(struct slot *slot)
{
	int fd = slot->fd;

	slot->fd = -1;
	if (fd >= 0)
		close(fd);
}

int slot_range(const struct slot *slot, int64_t *page, int64_t *nr)
{
	int64_t pages = (int64_t)(slot->bytes / (size_t)getpagesize());

	if (slot->kind == SLOT_EMPTY || !pages)
		return DONE_NOTHING;
	*page %= pages;
	if (*nr > pages - *page)
		*nr = pages - *page;
	return 0;
}
