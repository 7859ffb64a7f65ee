// SPDX-License-Identifier: GPL-2.0-only
/*
 * Places for mappings. They are taken once and never given back: what an actor
 * unmaps becomes PROT_NONE, so that nothing else of the process can come to be
 * where another actor still reads or writes.
 */
#include "engine.h"

#include <errno.h>
#include <linux/iommufd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

void slots_init(struct world *world, struct slot *slots, unsigned int nr,
		unsigned int part)
{
	for (unsigned int i = 0; i < nr; i++) {
		slots[i] = (struct slot){ .fd = -1, .importer = -1 };
		slots[i].addr =
			world->arena + (part * SLOT_NR_OWN + i) * SLOT_BYTES;
	}
}

void slots_clear(struct world *world, struct slot *slots, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		slot_unmap(&slots[i]);
		slot_detach(world, &slots[i]);
		slot_deregister(&slots[i]);
		slot_iova_change(world, &slots[i], 0, 0);
		slot_close(world, &slots[i]);
	}
}

struct slot *slot_of(struct actor *actor, int64_t arg)
{
	if (arg < SLOT_NR_OWN)
		return &actor->slots[arg];
	return &actor->world->slots[(arg - SLOT_NR_OWN) % SLOT_NR_SHARED];
}

/* Once more: an allocation that is to fail may be one of these. */
static void take_place(struct slot *slot)
{
	int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;

	if (mmap(slot->addr, SLOT_BYTES, PROT_NONE, how, -1, 0) == MAP_FAILED)
		mmap(slot->addr, SLOT_BYTES, PROT_NONE, how, -1, 0);
}

int slot_map(struct actor *actor, struct slot *slot, enum slot_kind kind,
	     int fd, uint64_t offset, size_t bytes)
{
	int how = MAP_SHARED | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);
	struct promise *unready = &actor->world->shared->unready;
	uint32_t ready = promise_quiet(unready);

	slot_unmap(slot);
	if (mmap(slot->addr, bytes, PROT_READ | PROT_WRITE, how, fd,
		 (off_t)offset) == MAP_FAILED) {
		int ret = -errno;

		/* what the driver refuses leaves a hole */
		take_place(slot);
		return ret;
	}
	/* afterwards: a reset in between only makes the check weaker */
	slot->epoch = atomic_load(&actor->world->shared->begun);
	slot->unready = !promise_still(unready, ready);
	slot->mapping++;
	slot->bytes = bytes;
	slot->kind = kind;
	return 0;
}

void slot_unmap(struct slot *slot)
{
	if (slot->kind == SLOT_EMPTY)
		return;
	slot->kind = SLOT_EMPTY;
	slot->mapping++;
	take_place(slot);
}

void slot_let_go(struct world *world, struct slot *slot)
{
	if (__atomic_exchange_n(&slot->fd_holds, false, __ATOMIC_SEQ_CST))
		lent_let_go(&world->shared->lent);
}

void slot_close(struct world *world, struct slot *slot)
{
	/* once, also where others close that of a shared slot */
	int fd = __atomic_exchange_n(&slot->fd, -1, __ATOMIC_SEQ_CST);

	slot_let_go(world, slot);
	if (fd >= 0)
		close(fd);
}

/* The slot forgets its file before that is closed. */
int slot_fd_result(const struct slot *slot, int fd, uint64_t number, int ret)
{
	bool same = __atomic_load_n(&slot->fd, __ATOMIC_SEQ_CST) == fd &&
		    __atomic_load_n(&slot->fd_number, __ATOMIC_SEQ_CST) ==
			    number;

	return ret < 0 && !same ? DONE_NOTHING : ret;
}

void slot_detach(struct world *world, struct slot *slot)
{
	int fd = __atomic_exchange_n(&slot->importer, -1, __ATOMIC_SEQ_CST);

	if (fd < 0)
		return;
	close(fd);
	atomic_fetch_sub(&world->shared->nr_importers, 1);
}

void slot_deregister(struct slot *slot)
{
	struct rdma_region *region =
		__atomic_exchange_n(&slot->region, NULL, __ATOMIC_SEQ_CST);

	if (region)
		slot->deregister(region);
}

/* where it is and how long belong together, also where others have a shared slot */
static pthread_mutex_t iova_lock = PTHREAD_MUTEX_INITIALIZER;

int slot_iova_change(struct world *world, struct slot *slot, uint64_t iova,
		     uint64_t bytes)
{
	struct iommu_ioas_unmap arg = {
		.size = sizeof(arg),
		.ioas_id = world->device.ioas,
	};

	pthread_mutex_lock(&iova_lock);
	arg.iova = slot->iova;
	arg.length = slot->iova_bytes;
	slot->iova = iova;
	slot->iova_bytes = bytes;
	pthread_mutex_unlock(&iova_lock);
	if (!arg.length || world->device.iommufd < 0)
		return DONE_NOTHING;
	return ioctl(world->device.iommufd, IOMMU_IOAS_UNMAP, &arg) ? -errno :
								      0;
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

uint64_t slot_bar_page(const struct slot *slot, uint64_t page)
{
	uint64_t left;

	if (slot->kind != SLOT_DMABUF || slot->map_ranges.nr < 2)
		return slot->bar_page + page;
	return ranges_find(&slot->map_ranges, slot->map_page + page, &left);
}

int slot_end_range(const struct slot *slot, int64_t pages, int64_t *page,
		   int64_t *nr)
{
	int64_t all = (int64_t)(slot->bytes / (size_t)getpagesize());

	*nr = pages < 0 ? -pages : pages ?: 1;
	*page = pages < 0 && *nr < all ? all - *nr : 0;
	return slot_range(slot, page, nr);
}
